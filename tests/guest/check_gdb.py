#!/usr/bin/env python3
"""check_gdb.py - `sallyport gdb` as its user has it.

    check_gdb.py SALLYPORT WORK session LAYOUT   gdb-multiarch, a whole session
    check_gdb.py SALLYPORT WORK wire             a client that breaks off, or
                                                 worse; ports and addresses

WORK is a folder for the program that is debugged (gdb/count.c).
"""
import os, random, re, shutil, signal, socket, subprocess, sys

HERE = os.path.dirname(os.path.realpath(__file__))
PATIENCE = 120


started = []


def fail(text):
    for process in started:
        process.kill()
    sys.exit("check_gdb: " + text)


class Server:
    """sallyport gdb at a port of its own."""

    def __init__(self, sallyport, *args, stdin=subprocess.DEVNULL):
        self.process = subprocess.Popen(
            [sallyport, "gdb", "--port", "0", *args], stdin=stdin,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(self.process)
        line = self.process.stderr.readline()
        found = re.fullmatch(r"sallyport: listening on 127\.0\.0\.1:(\d+)\n",
                             line)
        if not found:
            fail("it said %r" % line)
        self.port = int(found.group(1))

    def end(self):
        """What it printed, what it said, its status."""
        try:
            out, err = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            fail("it does not end")
        return out, err, self.process.returncode

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.end()


# ---- A session with GDB ----

# What must stand behind each mark, in this order; {L} is the trampoline's end.
EXPECTED = {
    "a breakpoint in the program": [
        r"hit Breakpoint 1, main \(\) at .*count\.c:\d+",
        r'Thread 999999 "kernel"', r'\* \d+ +Thread 2 "count" \(count, running\)',
        r'Thread 1 "init" \(init, waits for child\)'],
    "to the ecall": [
        r"#0 .*write \(\)", r"#1 .* main \(\) at .*count\.c:19",
        r"<write\+4>:\s+ecall", r"= 0"],
    "through it: the trampoline": [
        r"<uservec>:\s+csrrw\s+a0,sscratch,a0", r"= 1", r"= 8",
        r"= 6\d{4}", r"= void",
        r"#0 +<signal handler called>", r"#1 .* write \(\)",
        r"#2 .* main \(\) at .*count\.c:19",
        r"<uservec\+\d+>", r"#0 +<signal handler called>",
        r"#1 .* write \(\)", r"#2 .* main \(\)"],
    "into C": [
        r"breakpoint \d+, usertrap", r"#0 +usertrap \(frame=0x",
        r"#1 +<signal handler called>", r"#2 .* write \(\)",
        r"#3 .* main \(\)",
        r"breakpoint \d+, sys_write", r"#0 +sys_write",
        r"#1 .* syscall \(frame=", r"#2 .* usertrap",
        r"#3 +<signal handler called>", r"#4 .* write \(\)",
        r"#5 .* main \(\)"],
    "finish out": [
        r"syscall \(frame=", r"Value returned is \$\d+ = 1",
        r"usertrap \(frame=", r"#0 .* usertrap",
        r"#1 +<signal handler called>", r"#2 .* write \(\)"],
    "step by step out to the program": [
        r"#0 +<signal handler called>", r"#1 .* write \(\)",
        r"#2 .* main \(\)", r"#0 +<signal handler called>",
        r"#1 .* write \(\)", r"#2 .* main \(\)",
        r"<write\+8>", r"= 0"],
    "back into the kernel and out of it backwards": [
        r":\s+sret", r"= 1", r"<uservec>:", r"<write\+4>:\s+ecall", r"= 0",
        r"#0 .* write \(\)", r"#1 .* main \(\)"],
    "our own commands": [
        r"pid 2 count", r"quit: GDB's own detach or kill", r"nonsense: ",
        r"call write", r"sallyport: pid 2 count: #\d+ call write\(fd=1",
        r"#0 +U +0x\w+ +write\+0x4", r"#1 +U .* main", r"into the kernel, #\d+ write",
        r"the guest stands elsewhere now", r"<uservec>:\s+csrrw",
        r"#1 .* write \(\)"],
    "a watchpoint forwards": [
        r"Hardware watchpoint \d+: sum",
        r"Old value = 3", r"New value = 6", r"= 6"],
    "the watchpoint backwards": [
        r"Old value = 6", r"New value = 3", r"add \(n=(n@entry=)?3\)", r"= 3",
        r"= 3",
        r"Old value = 3", r"New value = 1", r"add \(n=(n@entry=)?2\)", r"= 1",
        r"= 2"],
    "lines both ways": [
        r"main \(\) at .*count\.c:18", r"main \(\) at .*count\.c:19",
        r"main \(\) at .*count\.c:18", r"main \(\) at .*count\.c:1[67]"],
    "the other process": [r"=> 0x", r"=> 0x"],
    "a watchpoint outlives its process": [
        r"Old value = 1", r"New value = 3", r"Old value = 3", r"New value = 6",
        r"the run has ended", r'Thread \d+ "count" hit Hardware watchpoint',
        r"Old value = 6", r"New value = 3"],
    "the ends": [
        r"No more reverse-execution history", r"= .*0x80200000",
        r"sallyport: the run has ended, status 6",
        r"No more reverse-execution history"],
    "nothing is written": [
        r"Cannot access memory at address 0x", r"Could not write register",
        r"E\.the register is not written"],
}


def sections(text):
    found, name = {}, None
    for line in text.splitlines():
        mark = re.match(r"== (.*)", line)
        if mark:
            name = mark.group(1)
            found[name] = []
        elif name:
            found[name].append(line)
    return found


def check_sections(text):
    found = sections(text)
    for name, patterns in EXPECTED.items():
        rest = "\n".join(found.get(name, []))
        for pattern in patterns:
            match = re.search(pattern, rest)
            if not match:
                fail("behind '%s' no %r in\n%s\n---- all of it:\n%s"
                     % (name, pattern, rest, text))
            rest = rest[match.end():]


def session(sallyport, work, layout):
    if not shutil.which("gdb-multiarch"):
        fail("gdb-multiarch is missing")
    os.makedirs(os.path.join(work, layout), exist_ok=True)
    program = os.path.join(work, layout, "count")
    subprocess.run([sallyport, "build", "-o", program,
                    os.path.join(HERE, "gdb", "count.c")], check=True)
    server = Server(sallyport, "--kernel-arg", "layout=" + layout, program)
    kernel = server.process.stderr.readline().split()[-1]
    returns = symbol(program, "write") + 8
    gdb = subprocess.run(
        ["gdb-multiarch", "-nx", "-batch", "-ex", "set remotetimeout 60",
         "-ex", "target remote :%d" % server.port,
         "-ex", "add-symbol-file " + program,
         "-ex", "set $program_return = %d" % returns,
         "-x", os.path.join(HERE, "gdb", "crossing.gdb"),
         # what GDB takes for an error would end the script
         "-ex", "echo == nothing is written\\n", "-ex", "set var *(int *)0x80200000 = 77",
         "-ex", "set var $a0 = 1", "-ex", "kill", kernel],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=PATIENCE)
    check_sections(gdb.stdout)
    out, err, status = server.end()
    if "123\n" not in out:
        fail("the guest's console: %r" % out)
    if status != 0:
        fail("status %d: %s" % (status, err))


def symbol(program, name):
    table = subprocess.run(["riscv64-unknown-elf-nm", program], check=True,
                           stdout=subprocess.PIPE, text=True).stdout
    return int(re.search(r"^(\w+) T %s$" % name, table, re.M).group(1), 16)


# ---- The wire ----

def frame(data):
    data = data.encode() if isinstance(data, str) else data
    return b"$" + data + b"#%02x" % (sum(data) % 256)


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(PATIENCE)

    def ask(self, data):
        self.socket.sendall(frame(data))
        return self.answer()

    def answer(self):
        """The next packet that is no console output."""
        while True:
            byte = self.socket.recv(1)
            if byte == b"":
                fail("the connection ended")
            if byte != b"$":
                continue
            data = b""
            while not data.endswith(b"#"):
                data += self.socket.recv(1)
            self.socket.recv(2)
            self.socket.sendall(b"+")
            if not data.startswith(b"O") or data == b"OK#":
                return data[:-1].decode("latin-1")

    def close(self):
        self.socket.close()


def expect(what, got):
    if not re.match(what, got):
        fail("%r instead of %r" % (got, what))


PACKETS = ["?", "g", "qSupported:swbreak+", "m80200000,40", "vCont;s:1;c",
           "Z0,80200010,4", "bs", "qXfer:features:read:target.xml:0,fff",
           "QStartNoAckMode", "Hg1", "P20=0"]


def wire(sallyport, work):
    server = Server(sallyport, "hello")
    client = Client(server.port)                    # one that goes on and off
    expect("T05thread:f423f", client.ask("?"))
    client.socket.sendall(frame("vCont;c") + b"\x03")
    expect("T0[25]", client.answer())
    expect("T05.*replaylog:begin", client.ask("bc"))
    pc = client.ask("p20")
    expect("OK", client.ask("D"))
    client.close()
    client = Client(server.port)                    # ... comes back
    expect(pc, client.ask("p20"))
    client.close()
    random.seed(7)
    for round in range(60):                         # ... breaks off anywhere
        client = Client(server.port)
        whole = b"".join(frame(random.choice(PACKETS)) for _ in range(3))
        client.socket.sendall(whole[:random.randrange(len(whole))])
        client.close()
    for round in range(20):                         # ... sends anything
        client = Client(server.port)
        try:
            client.socket.sendall(random.randbytes(5000))
        except OSError:
            pass
        client.close()
    client = Client(server.port)                    # ... leaves while it runs
    client.socket.sendall(frame("vCont;c"))
    client.close()
    client = Client(server.port)                    # ... and a last good one
    expect("T05", client.ask("?"))
    client.socket.sendall(frame("k"))
    out, err, status = server.end()
    if status != 0:
        fail("status %d: %s" % (status, err))
    waits_for_the_console(sallyport)
    steps_pass_over_interrupts(sallyport, work)
    addresses(sallyport)


def waits_for_the_console(sallyport):
    server = Server(sallyport, "cat", stdin=subprocess.PIPE)
    client = Client(server.port)
    client.socket.sendall(frame("vCont;c"))
    client.socket.sendall(b"\x03")                  # while it waits for a line
    expect("T02", client.answer())
    server.process.stdin.write("a line\n")
    server.process.stdin.close()
    expect("T05.*replaylog:end", client.ask("vCont;c"))
    client.socket.sendall(frame("k"))
    server.process.stdin = None
    out, err, status = server.end()
    if out.count("a line") != 2 or status != 0:
        fail("cat: %r, status %d: %s" % (out, status, err))


UNTIL_TRAP = "Z0,ffffffffffffe000,4"                # uservec
CAUSE = "p27"                                       # scause
INTERRUPT = "0500000000000080"
PRIVILEGE = 63


def steps_pass_over_interrupts(sallyport, work):
    program = os.path.join(work, "busy")
    subprocess.run([sallyport, "build", "-o", program,
                    os.path.join(HERE, "gdb", "busy.c")], check=True)
    server = Server(sallyport, program)
    client = Client(server.port)
    found = 0
    for trap in range(60):                          # some are no interrupts
        expect("OK", client.ask(UNTIL_TRAP))
        expect("T05thread", client.ask("vCont;c"))
        cause = client.ask(CAUSE)
        expect("OK", client.ask(UNTIL_TRAP.lower()))
        if cause == INTERRUPT:
            found += 1
            expect("T05", client.ask("bs"))         # to the instruction
            before, thread = client.ask("p20"), client.ask("qC")
            expect("T05", client.ask("vCont;s:%s;c" % thread[2:]))
            after = client.ask("p20")
            expect("00", client.ask("p%x" % PRIVILEGE))
            expect(thread, client.ask("qC"))
            if before == after:
                fail("the step made none")
            expect("T05", client.ask("bs"))
            expect(before, client.ask("p20"))
            expect("T05", client.ask("vCont;s"))
            expect(after, client.ask("p20"))
        else:
            expect("T05", client.ask("vCont;s"))
        if found == 3:
            break
    if found < 3:
        fail("%d interrupts in 60 traps" % found)
    client.socket.sendall(frame("k"))
    server.end()


def addresses(sallyport):
    first = Server(sallyport, "hello")
    for args, want in [
            (["--port", str(first.port)],
             r"sallyport: port %d at 127\.0\.0\.1: .*in use\n" % first.port),
            (["--listen", "example.org"],
             r"sallyport: --listen example\.org: not a numeric address\n"),
            (["--port", "70000"], r"sallyport: --port 70000: out of range.*\n"),
            (["--script", "x"],
             r"sallyport: --script: no option of the command gdb\n")]:
        got = subprocess.run([sallyport, "gdb", *args, "hello"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True,
                             timeout=PATIENCE)
        expect(want + r"\Z", got.stderr)
        if got.returncode not in (120, 123):
            fail("%s: status %d" % (args, got.returncode))
    sockets = subprocess.run(["ss", "-Hltn", "sport = :%d" % first.port],
                             stdout=subprocess.PIPE, text=True).stdout \
        if shutil.which("ss") else "127.0.0.1:%d" % first.port
    if "127.0.0.1:%d" % first.port not in sockets:
        fail("it listens at " + sockets)
    out, err, status = first.stop()
    if status != -signal.SIGTERM:
        fail("SIGTERM: status %d" % status)


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[3] not in ("session", "wire"):
        sys.exit(__doc__)
    os.makedirs(sys.argv[2], exist_ok=True)
    globals()[sys.argv[3]](*sys.argv[1:3], *sys.argv[4:])
