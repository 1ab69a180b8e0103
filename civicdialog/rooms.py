"""The list of rooms: their tables, their pages, their duties."""

from importlib import import_module

from flask import Flask

WITH_TABLES = (
    "accounts", "trace", "notifications", "easytext", "rounds", "submissions", "voting",
    "discussion", "moderation", "insights", "committee",
)  # fmt: skip
WITH_PAGES = (
    "web.routes", "web.argument_routes", "web.follow_routes", "web.feed_routes",
    "web.open_data_routes", "notifications.choice_routes", "discussion.routes",
    "moderation.argument_routes", "moderation.assignment_routes", "moderation.file_routes",
    "moderation.workload_routes", "web.text_routes", "web.share_routes", "committee.routes",
    "committee.correction_routes", "committee.summary_routes", "committee.profile_routes",
    "committee.screening_routes", "committee.duty_date_routes",
    "committee.rating_routes", "committee.meeting_routes", "committee.recommendation_routes", "committee.report_routes", "moderation.routes",
    "moderation.abuse_routes", "moderation.block_routes", "moderation.appeal_routes",
    "moderation.notice_routes", "moderation.lineage_routes", "moderation.rules_routes",
    "moderation.statement_routes", "moderation.transparency_routes", "voting.routes",
    "submissions.routes", "submissions.draft_routes", "submissions.attachment_routes",
    "submissions.version_routes", "submissions.receipt_routes", "submissions.entry_routes",
    "rounds.routes", "notifications.routes", "notifications.contact_routes", "accounts.routes",
    "accounts.account_routes", "accounts.way_routes", "web.own_routes",
)  # fmt: skip
WITH_DUTIES = (
    "submissions.exposure", "submissions.tasks", "notifications.tasks", "insights.tasks",
    "committee.report_tasks", "voting.tasks", "moderation.burst_tasks", "retention", "web.open_data",
)  # fmt: skip


def open_all(app: Flask) -> None:
    """Make every room's tables known and put its pages and duties into the application."""
    for name in WITH_TABLES:
        import_module(f"civicdialog.{name}.models")

    from civicdialog.accounts import routes as accounts
    from civicdialog.web import following as news

    for name in WITH_PAGES:
        app.register_blueprint(import_module(f"civicdialog.{name}").room)
    if app.extensions["settings"].is_development:
        from civicdialog.notifications.mailbox import dev_room

        app.register_blueprint(dev_room)
    for name in WITH_DUTIES:
        import_module(f"civicdialog.{name}").register(app)
    accounts.init_app(app)
    news.init_app(app)
