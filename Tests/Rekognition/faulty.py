"""A way to another server that can be away, slow, answer 500, or break off; and a receiver of webhooks."""

import http.server
import json
import socket
import threading
import time


class Way:
    """A port of 127.0.0.1 that leads to another one. `manner` is through, away (breaks off at once), slow (never answers), error
    (answers 500), or cut (breaks off after `after` bytes of an answer). `taken` connections came, and `cuts` broke off."""

    def __init__(self, port):
        self.target, self.manner, self.after, self.taken, self.cuts = port, "through", 0, 0, 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            connection, _ = self.listener.accept()
            self.taken += 1
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        with connection:
            if self.manner == "away":
                return
            if self.manner in ["slow", "error"]:
                connection.recv(65536)
                if self.manner == "slow":
                    time.sleep(120)
                else:
                    connection.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", self.target)) as other:
                threading.Thread(target=self._copy, args=[connection, other, None], daemon=True).start()
                self._copy(other, connection, self.after if self.manner == "cut" else None)

    def _copy(self, source, drain, most):
        given = 0
        try:
            while data := source.recv(65536):
                if self.manner == "away" or most is not None and given + len(data) > most:
                    self.cuts += 1
                    break
                drain.sendall(data)
                given += len(data)
            drain.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Receiver:
    """Takes webhooks. `status` is what it answers with, after `pause` seconds; `got` is what it took, `tries` how often it was asked."""

    def __init__(self):
        self.status, self.pause, self.got, self.tries = 200, 0, [], 0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                receiver.tries += 1
                status, body = receiver.status, self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(receiver.pause)
                if status == 200:
                    receiver.got.append(json.loads(body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/told?by=footpath"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
