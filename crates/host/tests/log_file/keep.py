"""Keeps logs with Python's handler, at the times that are read from standard input, in numbered directories."""

import json
import logging
import logging.handlers
import os
import sys
import time

now = 0
time.time = lambda: now


class Handler(logging.handlers.TimedRotatingFileHandler):
    """A new file is as old as the pretended time says."""

    def _open(self):
        is_new = not os.path.exists(self.baseFilename)
        stream = super()._open()
        if is_new:
            os.utime(self.baseFilename, (now, now))
        return stream

    def handleError(self, record):
        raise


def keep(path, log):
    global now
    os.environ["TZ"] = log["zone"]
    time.tzset()

    def start():
        return Handler(path, when=log["when"], interval=log["interval"], backupCount=log["count"])

    now = log["steps"][0][0]
    handler = start()
    for number, (now, anew) in enumerate(log["steps"]):
        if anew:
            handler.close()
            handler = start()
        handler.emit(logging.makeLogRecord({"msg": f"line {number}"}))
        os.utime(path, (now, now))
    handler.close()


for number, log in enumerate(json.load(sys.stdin)):
    keep(os.path.join(sys.argv[1], str(number), "x.log"), log)
