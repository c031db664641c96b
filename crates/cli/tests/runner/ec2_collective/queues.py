"""Raw access to the queues: makes them, fills them, looks into them."""
import json
import os

import boto3

sqs = boto3.client("sqs")


def url(name):
    return sqs.get_queue_url(QueueName=name)["QueueUrl"]


def make(prefix):
    for name, wait in (("master", 20), ("agent", 0), ("facts", 0)):
        attributes = {
            "VisibilityTimeout": "0",
            "MessageRetentionPeriod": "60",
            "MaximumMessageSize": "65536",
            "ReceiveMessageWaitTimeSeconds": str(wait),
        }
        sqs.create_queue(QueueName=f"{prefix}_{name}", Attributes=attributes)


def send(queue, bodies):
    for body in bodies:
        sqs.send_message(QueueUrl=url(queue), MessageBody=body)


def look(queue):
    """All messages: their ids and bodies. They are hidden until everything has been seen, and then given back."""
    seen, at = {}, url(queue)
    while True:
        answered = sqs.receive_message(QueueUrl=at, MaxNumberOfMessages=10, VisibilityTimeout=30, WaitTimeSeconds=0)
        messages = answered.get("Messages", [])
        if not messages:
            break
        seen.update((message["MessageId"], message) for message in messages)
    for message in seen.values():
        sqs.change_message_visibility(QueueUrl=at, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    return [[message["MessageId"], message["Body"]] for message in seen.values()]


def count(queue):
    """How many messages there are, seen by others at this moment or not."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = sqs.get_queue_attributes(QueueUrl=url(queue), AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)


calls = {"make": make, "send": send, "look": look, "count": count}
function, arguments = json.loads(os.environ["CALL"])
print(json.dumps(calls[function](*arguments)))
