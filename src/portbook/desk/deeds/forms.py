"""The fields that many deeds ask for; words are limited as the tables limit them."""

from django import forms

from portbook.register.limits import MAX_NAME, MAX_TEXT

MAX_NUMBER = 10**15


class Words(forms.CharField):
    """A text of several lines: browsers end each by CR LF, and it is kept with LF."""

    widget = forms.Textarea(attrs={"rows": 5})

    def to_python(self, value: object) -> str:
        """Return the text, its lines ended by LF alone."""
        return lines(str(super().to_python(value)))


def lines(text: str) -> str:
    """Return a text that came from a form with its lines ended by LF alone."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def words(label: str, help_text: str = "", *, required: bool = True) -> forms.CharField:
    """A text of several lines."""
    return Words(label=label, help_text=help_text, required=required, max_length=MAX_TEXT)


def why(label: str, help_text: str) -> Words:
    """A reason, which the books keep."""
    widget = forms.Textarea(attrs={"rows": 2})
    return Words(label=label, help_text=help_text, required=False, max_length=MAX_TEXT, widget=widget)


def line(label: str, help_text: str = "", *, required: bool = True) -> forms.CharField:
    """A text of one line."""
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=MAX_NAME)


def number(label: str, help_text: str = "", *, required: bool = True) -> forms.IntegerField:
    """A number of something."""
    return forms.IntegerField(
        label=label, help_text=help_text, required=required, min_value=0, max_value=MAX_NUMBER
    )


def hidden_number() -> forms.IntegerField:
    """The number of what the page is about."""
    return forms.IntegerField(min_value=0, max_value=MAX_NUMBER, widget=forms.HiddenInput)


class OfApplication(forms.Form):
    """What is about an application, whatever it says."""

    application = hidden_number()


class OfVersion(OfApplication):
    """What is about an application as it was looked at (T-56)."""

    version = forms.CharField(max_length=MAX_NAME, widget=forms.HiddenInput)


class OfVersionInWords(OfVersion):
    """The same, with words to its author or colleagues."""

    words = words("In words")
