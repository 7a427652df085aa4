"""Stories drive the real window: they stand on the same fixtures as its tests."""

from tests.gisapp.conftest import _no_widget_left_over, _test_font  # noqa: F401
from tests.gisapp.driving import application, open_town, settings, town, town_master, window  # noqa: F401
