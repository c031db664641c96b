# Serves moto on a free port of the address it is told, prints the port, and ends when its stdin does.
import copy
import os
import sys
import threading
from collections import defaultdict

from moto.dynamodb import models
from moto.dynamodb.responses import DynamoHandler
from moto.server import ThreadedMotoServer

# DynamoDB checks a condition and writes in one step. moto does one after the other, on a thread for each request: two
# could both find their condition met. So requests to DynamoDB are served in turn.
turn = threading.Lock()
serve = DynamoHandler.call_action


def serve_in_turn(handler):
    with turn:
        return serve(handler)


DynamoHandler.call_action = serve_in_turn


class TableCopies:
    """In the place of the module copy. For each part of a transaction moto copies the whole table, to go back to it
    when another part fails: a second for a few thousand items. Items that are put or deleted are not changed
    themselves, so that the lists of them are enough."""

    @staticmethod
    def deepcopy(original):
        if not isinstance(original, models.Table):
            return copy.deepcopy(original)
        table = copy.copy(original)
        table.items = defaultdict(dict, {key: copy.copy(items) for key, items in original.items.items()})
        return table


transact = models.DynamoDBBackend.transact_write_items


def transact_quickly(backend, items):
    # Only an update changes an item in its place.
    models.copy = copy if any("Update" in item for item in items) else TableCopies
    return transact(backend, items)


models.DynamoDBBackend.transact_write_items = transact_quickly

server = ThreadedMotoServer(ip_address=sys.argv[1], port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
os._exit(0)
