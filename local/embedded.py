"""Serves moto on a free loopback port, prints the port, and ends when its standard input does: with whoever started it."""

import logging
import os
import sys
import threading

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
