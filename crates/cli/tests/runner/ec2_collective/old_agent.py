"""Plays an agent of the last release of 2014 on the wire, faults included. Written from the description of the protocol.

Environment: PREFIX, HOST, FACTS (a JSON object, or nothing for an agent without facts). It says 'ready' and then a line
for each thing it runs; it ends when it is killed, or of a message that it cannot read.
"""
import base64
import json
import os
import subprocess
import tempfile
import time

import boto3

sqs = boto3.client("sqs")
host = os.environ["HOST"]
facts = json.loads(os.environ.get("FACTS") or "{}")
urls = {name: sqs.get_queue_url(QueueName=f"{os.environ['PREFIX']}_{name}")["QueueUrl"] for name in ("master", "agent", "facts")}


def put(queue, message):
    body = base64.b64encode(json.dumps(message).encode()).decode()
    if len(body) >= 65536:
        message["output"] = "--- OUTPUT CAPPED ---\n" + message["output"][-1000:]
        body = base64.b64encode(json.dumps(message).encode()).decode()
    sqs.send_message(QueueUrl=urls[queue], MessageBody=body)


def holds(condition):
    # A number is never equal to a text: the fault of old.
    if "=" in condition:
        key, value = condition.split("=")[:2]
        return key in facts and facts[key] == value
    return condition in facts


def is_meant(command):
    if command["wof"] is not None and any(holds(one) for one in command["wof"].split(",")):
        return False
    return command["wf"] is None or all(holds(one) for one in command["wf"].split(","))


def shell(line):
    done = subprocess.run(line, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode(), done.returncode


def script(command):
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write(command["payload"])
    os.chmod(file.name, 0o700)
    line = file.name if command["script_param"] is None else f"{file.name} {command['script_param']}"
    try:
        return shell(line)
    finally:
        os.remove(file.name)


def answer(command, message_id):
    def reply(mode, output, rc, **more):
        message = {"mode": mode, "output": output, "rc": rc, "ts": time.time(), "msg_id": message_id, "hostname": host}
        put("agent", {**message, **more})

    mode = command["mode"]
    sent = str(command["ts"])
    if mode in ("ping", "count"):
        return reply(mode, sent, "0")
    reply("ping", sent, "0", discovery=1)
    print("runs", mode, command["cmd"], flush=True)
    if mode == "cli":
        output, rc = shell(command["cmd"])
    elif mode == "script":
        output, rc = script(command)
    else:
        output, rc = "Unknown command " + command["cmd"], "0"
    reply(mode, output, rc)


seen = set()
told = 0
while True:
    if facts and time.time() - told > 10:
        put("facts", {**facts, "ec2_cagent_hostname": host})
        told = time.time()
    if not seen:
        print("ready", flush=True)
        seen.add("ready")
    answered = sqs.receive_message(QueueUrl=urls["master"], MaxNumberOfMessages=10, VisibilityTimeout=0, WaitTimeSeconds=2)
    for message in answered.get("Messages", []):
        if message["MessageId"] in seen:
            continue
        seen.add(message["MessageId"])
        command = json.loads(base64.b64decode(message["Body"]))
        if command["batch_msg_id"] in seen:
            continue
        seen.add(command["batch_msg_id"])
        if is_meant(command):
            answer(command, message["MessageId"])
    time.sleep(0.1)
