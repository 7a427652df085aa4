"""The language of the window: every text follows it at once, Qt's own words included."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QObject, Qt, QTranslator, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QMenu

from gisapp.plain_tip import plain_tip
from layers.text import LANGUAGES, Message, Texts, Title

_QT_FILES = {"zh": "qtbase_zh_CN", "en": "qtbase_en"}

Words = Message | Title | str
#: What is written on a button or a line of a menu itself.
_ON_IT = ("setText", "setTitle")
#: The name of the property that holds what a widget says by a setter.
_SAYING = "said_by_"


class Language(QObject):
    """Which of the two languages the window speaks. ``changed`` tells everybody to say their words anew."""

    changed = Signal()

    def __init__(self, code: str = "zh", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._texts = Texts(code)
        self._translator = QTranslator(self)
        self._install_qt_words()

    @property
    def code(self) -> str:
        return self._texts.language

    @property
    def other(self) -> str:
        """The language one would switch to."""
        return LANGUAGES[1 - LANGUAGES.index(self.code)]

    def use(self, code: str) -> None:
        """Speak ``code`` from now on."""
        if code == self.code:
            return
        self._texts = Texts(code)
        self._install_qt_words()
        self.changed.emit()

    def render(self, words: Words) -> str:
        """The text a user reads for ``words``; a plain string passes unchanged."""
        return self._texts.render(words)

    def label(self, words: Words) -> str:
        """The same for menus and buttons, which take a single ``&`` for the mark of a key: it stands for itself."""
        return self.render(words).replace("&", "&&")

    def say(self, owner: QObject, setter: str, words: Words) -> None:
        """Call ``owner.<setter>(text)`` now and whenever the language changes, as long as ``owner`` lives.

        A later call with the same setter takes the place of the earlier one.
        """
        # Kept as a property, not looked for among the children: Qt's own, of kinds without a name in Python, take a
        # twentieth of a second to be given one.
        saying = owner.property(_SAYING + setter)
        if saying is None:
            saying = _Saying(self, owner, setter, words)
            owner.setProperty(_SAYING + setter, saying)
        saying.words = words
        saying.speak()

    def hint(self, owner: QObject, words: Words) -> None:
        """Tool tip and the name that screen readers say."""
        self.say(owner, "setToolTip", words)
        self.say(owner, "setAccessibleName", words)

    def _install_qt_words(self) -> None:
        QCoreApplication.removeTranslator(self._translator)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if self._translator.load(_QT_FILES[self.code], folder):
            QCoreApplication.installTranslator(self._translator)


class _Saying(QObject):
    """One text of one widget; dies with the widget, its parent."""

    def __init__(self, language: Language, owner: QObject, setter: str, words: Words) -> None:
        super().__init__(owner)
        self._language = language
        self.setter = setter
        self.words = words
        language.changed.connect(self.speak, Qt.ConnectionType.DirectConnection)

    def speak(self) -> None:
        owner = self.parent()
        if self.setter in _ON_IT and isinstance(owner, QAbstractButton | QAction | QMenu):
            text = self._language.label(self.words)
        else:
            text = self._language.render(self.words)
        getattr(owner, self.setter)(plain_tip(text) if self.setter == "setToolTip" else text)
