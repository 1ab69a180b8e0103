"""The list of rooms: their tables, their pages, their duties."""

from importlib import import_module

from flask import Flask

WITH_TABLES = (
    "accounts", "trace", "notifications", "easytext", "rounds", "submissions", "voting",
    "discussion", "moderation", "insights", "committee",
)  # fmt: skip


def open_all(app: Flask) -> None:
    """Make every room's tables known and put its pages and duties into the application."""
    for name in WITH_TABLES:
        import_module(f"civicdialog.{name}.models")

    from civicdialog import retention
    from civicdialog.accounts import account_routes as account
    from civicdialog.accounts import routes as accounts
    from civicdialog.accounts import way_routes as ways
    from civicdialog.committee import duty_date_routes as duty_dates
    from civicdialog.committee import profile_routes as profiles
    from civicdialog.committee import recommendation_routes as recommendations
    from civicdialog.committee import report_routes as reports
    from civicdialog.committee import report_tasks as reports_tasks
    from civicdialog.committee import routes as committee
    from civicdialog.committee import screening_routes as screening
    from civicdialog.discussion import routes as discussion
    from civicdialog.insights import tasks as insights_tasks
    from civicdialog.moderation import argument_routes as argument_moderation
    from civicdialog.moderation import routes as moderation
    from civicdialog.notifications import choice_routes as choices
    from civicdialog.notifications import contact_routes as contact
    from civicdialog.notifications import routes as notifications
    from civicdialog.notifications import tasks as notifications_tasks
    from civicdialog.rounds import routes as rounds
    from civicdialog.submissions import attachment_routes as attachments
    from civicdialog.submissions import draft_routes as drafts
    from civicdialog.submissions import entry_routes as entry
    from civicdialog.submissions import exposure
    from civicdialog.submissions import receipt_routes as receipts
    from civicdialog.submissions import routes as submissions
    from civicdialog.submissions import tasks as submissions_tasks
    from civicdialog.submissions import version_routes as versions
    from civicdialog.voting import routes as voting
    from civicdialog.voting import tasks as voting_tasks
    from civicdialog.web import argument_routes as said
    from civicdialog.web import feed_routes as feeds
    from civicdialog.web import follow_routes as following
    from civicdialog.web import following as news
    from civicdialog.web import open_data
    from civicdialog.web import open_data_routes as data
    from civicdialog.web import own_routes as own
    from civicdialog.web import routes as web
    from civicdialog.web import share_routes as share
    from civicdialog.web import text_routes as texts

    for room in (
        web, said, following, feeds, data, choices, discussion, argument_moderation, texts, share, committee, profiles, screening, duty_dates, recommendations, reports, moderation, voting, submissions, drafts, attachments, versions, receipts, entry, rounds, notifications, contact, accounts,
        account, ways, own,
    ):  # fmt: skip
        app.register_blueprint(room.room)
    if app.extensions["settings"].is_development:
        from civicdialog.notifications.mailbox import dev_room

        app.register_blueprint(dev_room)
    for duties in (
        exposure,
        submissions_tasks,
        notifications_tasks,
        insights_tasks,
        reports_tasks,
        voting_tasks,
        retention,
        open_data,
    ):
        duties.register(app)
    accounts.init_app(app)
    news.init_app(app)
