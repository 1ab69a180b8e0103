"""What somebody wants in a report."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, SelectMultipleField, widgets
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired

from civicdialog.committee.reading import topic_name
from civicdialog.committee.report_actions import Wanted
from civicdialog.committee.reporting.formats import FORMATS
from civicdialog.core.city import city
from civicdialog.insights.models import ClusterRun

LANGUAGES = {"de": "Deutsch", "en": "English"}
WHOLE = "0"
_ONE = InputRequired(_l("Please choose one."))


class ReportForm(FlaskForm):
    """Which report shall be made."""

    topic = SelectField(_l("About what?"), [_ONE])
    formats = SelectMultipleField(
        _l("As which file?"),
        [InputRequired(_l("Please choose at least one format."))],
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
        default=["pdf"],
    )
    language = SelectField(_l("In which language?"), [_ONE])
    has_list = BooleanField(_l("List all contributions at the end"))

    def offer(self, run: ClusterRun | None, language: str) -> None:
        """Fill the lists; needs the topics of the run."""
        topics = run.clusters if run else ()
        self.topic.choices = [
            SelectChoice(WHOLE, gettext("The whole round")),
            *(SelectChoice(str(each.key), f"{each.key} {topic_name(each)}") for each in topics),
        ]
        self.formats.choices = [
            SelectChoice(each.key, gettext(each.label)) for each in FORMATS.values()
        ]
        self.language.choices = [
            SelectChoice(code, LANGUAGES.get(code, code)) for code in city().languages
        ]
        if not self.is_submitted():
            self.language.data, self.topic.data = language, WHOLE

    def wanted(self) -> Wanted:
        return Wanted(
            formats=tuple(key for key in FORMATS if key in (self.formats.data or ())),
            language=self.language.data,
            topic_key=int(self.topic.data) or None,
            has_list=bool(self.has_list.data),
        )
