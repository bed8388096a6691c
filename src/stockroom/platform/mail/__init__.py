"""Mail: posted in the transaction of what it tells, sent after the commit."""

from stockroom.platform.mail.outbox import post_mail
from stockroom.platform.mail.sender import MailSender
from stockroom.platform.mail.transports import transport_of

__all__ = ["MailSender", "post_mail", "transport_of"]
