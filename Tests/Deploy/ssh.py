"""A real sshd on loopback with keys of its own."""

import pwd

from parts import *


class SSHServer(Place):
    """Takes this user in with a key of its own; what it starts has FOOTPATH's folder in its PATH.

    `command` is what runs what a client asks for; it may have an environment variable MACHINE from the client."""

    def __init__(self, command=None):
        super().__init__()
        sshd, keygen = tool("sshd", "openssh-server"), tool("ssh-keygen", "openssh-client")
        tool("ssh", "openssh-client")
        self.port, = free_ports(1)
        for name in ["host_key", "key"]:
            run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name])
        (self.folder / "authorized").write_text((self.folder / "key.pub").read_text())
        host = (self.folder / "host_key.pub").read_text()
        (self.folder / "known").write_text(f"[127.0.0.1]:{self.port} {host}")
        # Not this user's own: what is started there leaves nothing behind, and no file of theirs is read.
        self.home = self.folder / "home"
        self.home.mkdir()
        (self.folder / "sshd_config").write_text(f"""\
ListenAddress 127.0.0.1:{self.port}
HostKey {self.folder}/host_key
PidFile none
AuthorizedKeysFile {self.folder}/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
AcceptEnv MACHINE
ForceCommand {command or f'cd {self.home} && eval "$SSH_ORIGINAL_COMMAND"'}
SetEnv HOME={self.home} PATH={pathlib.Path(PROGRAM).parent}:/usr/local/bin:/usr/bin:/bin FOOTPATH_RUNTIME={RUNTIME}
""")
        # The empty folder that sshd locks itself into as root, and that Debian's service makes.
        jail = pathlib.Path("/run/sshd")
        if os.geteuid() == 0 and not jail.exists():
            jail.mkdir(mode=0o755, exist_ok=True)
            atexit.register(lambda: jail.exists() and jail.rmdir())
        self.daemon([sshd, "-D", "-e", "-f", self.folder / "sshd_config"], self.is_up)
        self.login = (
            f"ssh -p {self.port} -i {self.folder}/key -o UserKnownHostsFile={self.folder}/known "
            f"-o BatchMode=yes {pwd.getpwuid(os.geteuid()).pw_name}@127.0.0.1")

    def is_up(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False
