"""How one finds one's way: views before and after, places, scales, bookmarks, the overview, measuring."""

from __future__ import annotations

from collections.abc import Callable

from gisapp.actions import Action
from gisapp.window import Window
from layers.text import Message

_TOOLS = (
    ("zoom_box", "Z", "magnifying-glass-plus", 0, "zoom box 框选放大 拉框"),
    ("measure_length", "M", "ruler", 3, "distance length ruler 距离 量距 尺"),
    ("measure_area", "Shift+M", "bounding-box", 3, "area hectare mu 量算 亩 公顷"),
    ("measure_bearing", "Ctrl+Shift+M", "compass", 3, "azimuth angle direction 方向 角度 方位"),
)


def navigate_actions(window: Window) -> list[Action]:
    """Actions of the view and tools menus that move or measure the view."""
    parts = window.parts

    def is_open() -> bool:
        return parts.session.is_open

    def view(
        name: str,
        handler: Callable[[], None],
        key: str,
        icon: str,
        group: int,
        *,
        enabled: Callable[[], bool] = is_open,
        checked: Callable[[], bool] | None = None,
        words: str = "",
    ) -> Action:
        return Action(
            id=f"view.{name}",
            title=Message(f"action.view.{name}"),
            handler=handler,
            key=key,
            icon=icon,
            menu="view",
            group=group,
            enabled=enabled,
            checked=checked,
            words=words,
        )

    return [
        view(
            "back",
            lambda: window.map.navigation.back(),
            "Alt+Left",
            "arrow-left",
            1,
            enabled=lambda: is_open() and window.map.navigation.history.can_go_back,
            words="previous extent 上一视图 后退",
        ),
        view(
            "forward",
            lambda: window.map.navigation.forward(),
            "Alt+Right",
            "arrow-right",
            1,
            enabled=lambda: is_open() and window.map.navigation.history.can_go_forward,
            words="next extent 下一视图 前进",
        ),
        view(
            "go_to",
            lambda: window.map.navigation.open_go_to(),
            "Ctrl+G",
            "map-pin",
            2,
            words="coordinates xy longitude latitude gcj02 bd09 经纬度 定位 跳转",
        ),
        view(
            "scale",
            lambda: window.map.foot.scale.begin(),
            "Ctrl+Shift+G",
            "arrows-in-line-horizontal",
            2,
            words="scale 1:2000 比例",
        ),
        view(
            "clear_pin",
            lambda: window.map.navigation.clear_pin(),
            "",
            "map-pin-line",
            2,
            enabled=lambda: is_open() and window.map.navigation.pin.place is not None,
        ),
        view(
            "bookmarks",
            lambda: window.map.open_bookmarks(),
            "Ctrl+B",
            "bookmarks",
            5,
            words="bookmarks places 收藏",
        ),
        view(
            "bookmark",
            lambda: window.map.navigation.add_bookmark(),
            "Ctrl+D",
            "bookmark-simple",
            5,
            enabled=lambda: is_open() and window.map.navigation.bookmarks.can_be_kept,
            words="bookmark add 收藏",
        ),
        view(
            "overview",
            lambda: window.map.navigation.switch_overview(),
            "",
            "map-trifold",
            5,
            checked=lambda: is_open() and window.map.navigation.wants_overview,
            words="overview inset 鹰眼 缩略图",
        ),
        *(_tool(window, *tool) for tool in _TOOLS),
    ]


def _tool(window: Window, name: str, key: str, icon: str, group: int, words: str) -> Action:
    session = window.parts.session
    return Action(
        id=f"tool.{name}",
        title=Message(f"action.tool.{name}"),
        handler=lambda: window.map.use_tool(name),
        key=key,
        icon=icon,
        menu="tools",
        group=group,
        enabled=lambda: session.is_open,
        checked=lambda: session.is_open and window.map.tool_name == name,
        words=words,
    )
