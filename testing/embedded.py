"""Serves moto on a free loopback port, prints the port, and ends when its standard input does: with whoever started it."""

import copy
import datetime
import logging
import os
import sys
import threading
from collections import defaultdict

from moto.core.utils import utcnow
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.ec2.models.instances import Instance
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

moto = DomainDispatcherApplication(create_backend_app)
one_at_a_time = threading.Lock()


def app(environ, start_response):
    # moto rolls a failed transaction back by restoring a copy of the whole table, losing what other threads wrote meanwhile.
    if environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB"):
        with one_at_a_time:
            return moto(environ, start_response)
    return moto(environ, start_response)


def copied(table, _):
    # moto copies a table, and all that its stream has held, once for each item of a transaction, to put it back if that fails.
    # Items are replaced and never changed, but by UpdateItem, which is told below: so the lists of them suffice.
    same = copy.copy(table)
    same.items = defaultdict(dict, {key: dict(of) if table.has_range_key else of for key, of in table.items.items()})
    if table.stream_shard:
        same.stream_shard = copy.copy(table.stream_shard)
        same.stream_shard.table = same
        same.stream_shard.items = list(table.stream_shard.items)
    return same


def replaced(update_item):
    def update(self, table_name, key, *rest, **named):
        table = self.get_table(table_name)
        attributes = [table.hash_key_attr, *([table.range_key_attr] if table.has_range_key else [])]
        if all(one in key for one in attributes):
            *path, last = [DynamoType(key[one]) for one in attributes]
            items = table.items[path[0]] if path else table.items
            if last in items:
                items[last] = copy.deepcopy(items[last])
        return update_item(self, table_name, key, *rest, **named)

    return update


Table.__deepcopy__ = copied
DynamoDBBackend.update_item = replaced(DynamoDBBackend.update_item)


def launched_long_ago(make):
    # moto launches at this moment, and so nothing could have been idle for weeks.
    def made(self, *rest, **named):
        make(self, *rest, **named)
        self.launch_time = datetime.datetime(2020, 1, 1)

    return made


def launched_now(start):
    # As AWS has it, and moto does not: a start is a launch.
    def started(self, *rest, **named):
        self.launch_time = utcnow()
        return start(self, *rest, **named)

    return started


Instance.__init__ = launched_long_ago(Instance.__init__)
Instance.start = launched_now(Instance.start)


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", int(sys.argv[1]), app, threaded=True, request_handler=MotoRequestHandler)
# moto's own callbacks and URLs go by it.
os.environ["MOTO_PORT"] = str(server.port)
print(server.port, flush=True)
threading.Thread(target=end_with_parent, daemon=True).start()
server.serve_forever()
