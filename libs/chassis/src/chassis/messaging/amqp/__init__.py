"""RabbitMQ through pika's asyncio adapter: the only package that imports pika.

Publishing is windowed: each publish gives a future that the broker's confirm resolves, so hundreds are under way at
once. A message that the broker returned as unroutable is *confirmed* all the same; the return, which comes first,
decides.
"""

from chassis.messaging.amqp.channel import Channel, Delivery, Message, NotThere
from chassis.messaging.amqp.connection import Connection

__all__ = ["Channel", "Connection", "Delivery", "Message", "NotThere"]
