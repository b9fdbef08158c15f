"""Runs MiniStack for this project: as it comes, plus six things that it lacks.

* Snapshots. MiniStack saves its state only when it is stopped. Here a forked child writes it soon after the last
  change, and every few seconds while changes go on, so that even a kill -9 loses seconds, not everything.
* Stream records. MiniStack forgets the records of table streams when it stops; here they are part of the state.
* Release. POST /_guardrails/release gives back the queue messages that a killed host had received.
* Enforcement. POST /_guardrails/enforce makes it hold callers to their IAM policies from then on, after a deployment
  whose tools it would refuse.
* Aliases. Their weights count, and GET /_guardrails/invocations tells what each version did (see aliases.py).
* Company. It stops by itself when its parent is gone (tests) or when nobody has called it for long (local run).

Everything is told by environment variables:
  GATEWAY_PORT, BIND_HOST, PERSIST_STATE, STATE_DIR, S3_PERSIST, S3_DATA_DIR   MiniStack's own
  GUARDRAILS_MINISTACK_DIR     folder of lock and instance.json, locked while this process lives; empty: neither
  GUARDRAILS_MINISTACK_TOKEN   what GET /_guardrails/instance answers, so that a host knows its own instance
  GUARDRAILS_SNAPSHOT_SECONDS  pause between snapshots while changes go on, longer when they take long; 0: none
  GUARDRAILS_IDLE_SECONDS      stop after so long without a request; 0: never
  GUARDRAILS_PARENT_PIPE       1: end at once when standard input ends
Exit status 75 means that another process holds the folder.
"""

import asyncio
import copy
import fcntl
import gc
import json
import os
import shutil
import signal
import sys
import threading
import time

import aliases
import policies

FOLDER = os.environ.get("GUARDRAILS_MINISTACK_DIR", "")
TOKEN = os.environ.get("GUARDRAILS_MINISTACK_TOKEN", "")
SNAPSHOT_SECONDS = float(os.environ.get("GUARDRAILS_SNAPSHOT_SECONDS", "0"))
IDLE_SECONDS = float(os.environ.get("GUARDRAILS_IDLE_SECONDS", "0"))
CHILD_SECONDS = 120
QUIET_SECONDS = 0.5  # without a change for so long, a snapshot disturbs nobody
EXIT_LOCKED = 75
PREFIX = "/_guardrails/"
READS = ("Get", "List", "Describe", "Query", "Scan", "BatchGet", "TransactGet", "Receive", "Encrypt", "Decrypt", "GenerateDataKey")


def lock_folder():
    """Holds FOLDER for the life of the process; the descriptor is returned so that it stays open."""
    handle = open(os.path.join(FOLDER, "lock"), "a")  # noqa: SIM115
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(EXIT_LOCKED)
    path = os.path.join(FOLDER, "instance.json")
    with open(path + ".tmp", "w") as f:
        json.dump({"pid": os.getpid(), "port": int(os.environ["GATEWAY_PORT"]), "token": TOKEN}, f)
    os.replace(path + ".tmp", path)
    return handle


def follow_parent():
    """Ends the process when the other end of standard input is closed, however the parent died."""

    def wait():
        while os.read(0, 1024):
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def keep_stream_records():
    """Makes table stream records part of DynamoDB's state."""
    from ministack.services import dynamodb

    save, load = dynamodb.get_state, dynamodb.load_persisted_state
    names = ("_stream_records", "_stream_trimmed")

    def get_state():
        return {**save(), "guardrails_streams": {n: getattr(dynamodb, n) for n in names}}

    def load_state(data):
        for name, value in data.get("guardrails_streams", {}).items():
            getattr(dynamodb, name).update(value)
        return load(data)

    dynamodb.get_state, dynamodb.load_persisted_state = get_state, load_state


def die_with(parent):
    """Asks the kernel to end this forked child with its parent: a late writer must not touch a successor's state."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG, Linux only
    except (OSError, AttributeError):
        pass
    if os.getppid() != parent:
        os._exit(1)


class Snapshots:
    """Writes the state from a forked child: the server goes on, the child sees one moment."""

    def __init__(self, app, persistence):
        self.app, self.persistence = app, persistence
        self.dirty = False
        self.changed = time.monotonic()
        self.lock = asyncio.Lock()
        self.tasks = set()  # the event loop itself keeps no task alive

    def note_change(self):
        self.dirty, self.changed = True, time.monotonic()

    async def save(self, background=False):
        """Writes one snapshot; returns whether it was written. Changes made meanwhile wait for the next.

        A caller that is cancelled does not cancel the snapshot: the next one must wait until this child has ended,
        or the older state could be the last to be written.
        """
        task = asyncio.create_task(self.fork_and_wait(background))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return await asyncio.shield(task)

    async def fork_and_wait(self, background):
        async with self.lock:
            self.dirty = False
            parent = os.getpid()
            pid = os.fork()
            if pid == 0:
                self.child(parent, background)
            ok = await asyncio.to_thread(self.wait, pid)
            if not ok:
                self.dirty = True
            return ok

    @staticmethod
    def wait(pid):
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0

    def child(self, parent, background):
        code = 1
        try:
            die_with(parent)
            os.nice(15 if background else 0)
            gc.disable()  # a collection would touch, and so copy, every page
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(CHILD_SECONDS)
            self.write()
            code = 0
        finally:
            os._exit(code)

    def write(self):
        """Writes all services to a folder beside the state, then moves the files in one go."""
        copy.deepcopy = lambda value, memo=None: value  # the child is a copy already
        target = self.persistence.STATE_DIR
        fresh = os.path.join(target, "next")
        self.persistence.STATE_DIR = fresh
        shutil.rmtree(fresh, ignore_errors=True)  # what a killed child left
        os.makedirs(fresh)
        self.persistence.save_all(self.app._build_persistence_save_dict())
        for name in sorted(os.listdir(fresh)):
            if name.endswith(".json"):
                os.replace(os.path.join(fresh, name), os.path.join(target, name))

    async def run(self):
        last, cost = time.monotonic(), 0.0
        while True:
            await asyncio.sleep(QUIET_SECONDS / 2)
            begun = time.monotonic()
            busy = begun - self.changed < QUIET_SECONDS and begun - last < SNAPSHOT_SECONDS
            # A large state takes long to write: snapshots get a tenth of one processor at most.
            if not self.dirty or busy or begun - last < 9 * cost:
                continue
            await self.save(background=True)
            last = time.monotonic()
            cost = last - begun


def release_messages():
    """Makes received messages visible again, as if their visibility timeout were over."""
    from ministack.services import sqs

    now = time.time()
    for _, queue in sqs._queues.all_items():
        for message in queue["messages"]:
            if message.get("receive_count", 0) > 0 and message["visible_at"] > now:
                message["visible_at"] = now


class FastJSON:
    """The json module with a dump that uses the C encoder (json.dump streams through the slow one)."""

    def __getattr__(self, name):
        return getattr(json, name)

    @staticmethod
    def dump(obj, f, **kw):
        f.write(json.dumps(obj, **kw))


class Server:
    """The ASGI application around MiniStack's own."""

    def __init__(self, app, persistence):
        self.inner = app.app
        self.app = app
        self.persist = persistence.PERSIST_STATE
        self.snapshots = Snapshots(app, persistence)
        self.last_call = time.monotonic()
        self.tasks = []
        self.polls = set()
        self.turn = asyncio.Lock()

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await self.inner(scope, self.lifespan(receive), send)
        self.last_call = time.monotonic()
        if scope["type"] == "http":
            if scope["path"].startswith(PREFIX):
                return await self.own(scope, send)
            if changes(scope):
                self.snapshots.note_change()
            if action(scope) == "ReceiveMessage":
                return await self.poll(scope, receive, send)
            if action(scope) == "TransactWriteItems":
                # The dearest call by far: ten at once, as workers make them, would hold up all others for their sum.
                async with self.turn:
                    return await self.inner(scope, receive, send)
        return await self.inner(scope, receive, send)

    async def poll(self, scope, receive, send):
        """Knows the long polls under way: one whose caller is dead still takes messages."""
        task = asyncio.current_task()
        self.polls.add(task)
        try:
            return await self.inner(scope, receive, send)
        finally:
            self.polls.discard(task)

    async def release(self):
        """For a host that starts, the queues' one consumer: what was received before is nobody's."""
        if self.polls:
            await asyncio.wait(set(self.polls))
        release_messages()

    def lifespan(self, receive):
        """Starts the background tasks with the server and writes the last snapshot before MiniStack shuts down."""

        async def wrapped():
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.start()
            if message["type"] == "lifespan.shutdown":
                await self.stop()
            return message

        return wrapped

    def start(self):
        if self.persist and SNAPSHOT_SECONDS > 0:
            self.tasks.append(asyncio.create_task(self.snapshots.run()))
        if IDLE_SECONDS > 0:
            self.tasks.append(asyncio.create_task(self.leave_when_idle()))

    async def stop(self):
        for task in self.tasks:
            task.cancel()
        if self.persist and await self.snapshots.save():
            self.app.PERSIST_STATE = False  # MiniStack need not save again

    async def leave_when_idle(self):
        while time.monotonic() - self.last_call < IDLE_SECONDS:
            await asyncio.sleep(min(IDLE_SECONDS, 5))
        os.kill(os.getpid(), signal.SIGTERM)

    async def own(self, scope, send):
        status, body = 404, {}
        if scope["path"] == PREFIX + "instance":
            status, body = 200, {"token": TOKEN, "pid": os.getpid()}
        elif scope["path"] == PREFIX + "invocations":
            status, body = 200, {"invocations": aliases.invocations()}
        elif scope["path"] == PREFIX + "save" and scope["method"] == "POST" and self.persist:
            status = 200 if await self.snapshots.save() else 500
        elif scope["path"] == PREFIX + "release" and scope["method"] == "POST":
            await self.release()
            status = 200
        elif scope["path"] == PREFIX + "enforce" and scope["method"] == "POST":
            policies.install()
            self.app.AUTH = True  # MiniStack looks at it with each request
            status = 200
        data = json.dumps(body).encode()
        head = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": data})


def action(scope):
    """The operation of a request of the JSON protocols, else the empty string."""
    for name, value in scope["headers"]:
        if name == b"x-amz-target":
            return value.decode("latin-1").rpartition(".")[2]
    return ""


def changes(scope):
    """Whether a request may change state that is worth a snapshot."""
    name = action(scope)
    return not name.startswith(READS) if name else scope["method"] not in ("GET", "HEAD", "OPTIONS")


def main():
    handle = lock_folder() if FOLDER else None
    if os.environ.get("GUARDRAILS_PARENT_PIPE") == "1":
        follow_parent()
    import ministack.app as app
    from hypercorn.config import Config
    from ministack.core import persistence

    persistence.json = FastJSON()
    keep_stream_records()
    aliases.install()
    app.app = Server(app, persistence)
    Config.graceful_timeout = 0.5  # what is still in flight then is a long poll that nobody waits for
    sys.argv = sys.argv[:1]
    app.main()
    del handle


if __name__ == "__main__":
    main()
