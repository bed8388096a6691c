"""A mail as the standard has it (RFC 5322): text and HTML as alternatives, the same Message-ID on every try."""

from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from stockroom.platform.mail.outbox import DueMail


def build_message(mail: DueMail, *, sender: str, organisation: str) -> EmailMessage:
    """Raises ValueError for a recipient that is no address.

    A mail that goes out twice, because the process ended between sending and noting it, has one Message-ID:
    mailboxes show it once.
    """
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = Address(display_name=organisation, addr_spec=sender)
    message["To"] = Address(addr_spec=mail.recipient)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.posted_at)
    message["Message-ID"] = f"<{mail.id.hex}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body_text)
    message.add_alternative(mail.body_html, subtype="html")
    return message
