"""Plays a master of 2014 on the wire. Written from the description of the protocol.

Environment: PREFIX, COMMAND (a JSON object: what of the message is not usual), PATIENCE (seconds), AGENTS (how many
agents are waited for). It prints the replies to its own command, a JSON object on each line.
"""
import base64
import json
import os
import random
import string
import time

import boto3

sqs = boto3.client("sqs")
urls = {name: sqs.get_queue_url(QueueName=f"{os.environ['PREFIX']}_{name}")["QueueUrl"] for name in ("master", "agent")}
batch = "".join(random.choice(string.ascii_uppercase + string.digits) for _ in range(10))
command = {"mode": "ping", "cmd": None, "ts": time.time(), "wf": None, "wof": None, "batch_msg_id": batch}
command.update(json.loads(os.environ["COMMAND"]))
runs_something = command["mode"] not in ("ping", "count")
body = base64.b64encode(json.dumps(command).encode()).decode()
copies = {sqs.send_message(QueueUrl=urls["master"], MessageBody=body)["MessageId"] for _ in range(3)}


def receive(queue):
    # Hides what it sees from other masters for a second.
    answered = sqs.receive_message(QueueUrl=urls[queue], MaxNumberOfMessages=10, VisibilityTimeout=1)
    return answered.get("Messages", [])


def delete(queue, message):
    sqs.delete_message(QueueUrl=urls[queue], ReceiptHandle=message["ReceiptHandle"])


seen, replies = set(), []
end = time.time() + float(os.environ["PATIENCE"])
while time.time() < end and len(replies) < int(os.environ["AGENTS"]) * (2 if runs_something else 1):
    for message in receive("agent"):
        if message["MessageId"] in seen:
            continue
        seen.add(message["MessageId"])
        reply = json.loads(base64.b64decode(message["Body"]))
        if reply["msg_id"] in copies:
            delete("agent", message)
            int(reply["rc"]), float(reply["ts"])
            replies.append(reply)
            print(json.dumps(reply), flush=True)
    time.sleep(0.05)

left, end = set(copies), time.time() + 5
while left and time.time() < end:
    for message in receive("master"):
        if message["MessageId"] in left:
            delete("master", message)
            left.discard(message["MessageId"])
    time.sleep(0.05)
