"""A Slurm cluster on loopback: munged, slurmctld and slurmd for nodes that have one core each."""

import pwd

from parts import *


class Cluster(Place):
    def __init__(self, more="", nodes=2):
        """`more` are lines of slurm.conf."""
        super().__init__()
        programs = {name: tool(name, package) for name, package in [
            ("munged", "munge"), ("slurmctld", "slurm-wlm"), ("slurmd", "slurm-wlm"), ("sbatch", "slurm-wlm")]}
        self.programs = programs
        self.nodes = [f"node{number}" for number in range(1, nodes + 1)]
        controller, *ports = free_ports(1 + nodes)
        self.user = pwd.getpwuid(os.geteuid()).pw_name
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        for name in ["state", "munge", *self.nodes]:
            (self.folder / name).mkdir(mode=0o755)
        self.configure(controller, dict(zip(self.nodes, ports)), more)
        self.environment = os.environ | {
            "SLURM_CONF": str(self.folder / "slurm.conf"), "FOOTPATH_RUNTIME": str(RUNTIME),
            "PATH": f"{pathlib.Path(PROGRAM).parent}:{os.environ['PATH']}"}
        socket_path = self.folder / "munge/socket"
        self.daemon(
            [programs["munged"], "--foreground", f"--socket={socket_path}", f"--key-file={key}",
             f"--pid-file={self.folder}/munge/pid", f"--log-file={self.folder}/munge/log",
             f"--seed-file={self.folder}/munge/seed", "--num-threads=2"], socket_path.exists)
        self.controller = self.daemon(
            [programs["slurmctld"], "-D", "-i", "-f", self.folder / "slurm.conf"],
            lambda: self.answers("scontrol", "ping"), self.environment)
        self.slurmd = {}
        for name in self.nodes:
            self.start_node(name)

    def configure(self, controller, ports, more):
        names = ",".join(self.nodes)
        nodes = "\n".join(
            f"NodeName={name} NodeHostname=localhost NodeAddr=127.0.0.1 Port={port} CPUs=1 RealMemory=2000 State=UNKNOWN"
            for name, port in ports.items())
        at = self.folder
        (at / "slurm.conf").write_text(f"""\
ClusterName=footpath
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller}
SlurmUser={self.user}
SlurmdUser={self.user}
AuthType=auth/munge
AuthInfo=socket={at}/munge/socket,cred_expire=5
StateSaveLocation={at}/state
SlurmdSpoolDir={at}/%n
SlurmctldPidFile={at}/slurmctld.pid
SlurmdPidFile={at}/%n/slurmd.pid
SlurmctldLogFile={at}/slurmctld.log
SlurmdLogFile={at}/%n/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
MpiDefault=none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000,bf_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
InactiveLimit=0
KillWait=5
MinJobAge=300
MaxArraySize=101
{more}
{nodes}
PartitionName=work Nodes={names} Default=YES MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=REQUEUE
PartitionName=urgent Nodes={names} MaxTime=INFINITE State=UP PriorityTier=2 PreemptMode=OFF
""")

    def start_node(self, name):
        self.slurmd[name] = self.daemon(
            [self.programs["slurmd"], "-D", "-N", name, "-f", self.folder / "slurm.conf"],
            lambda: self.node_state(name) in ["IDLE", "MIXED", "ALLOCATED"], self.environment)

    def kill_node(self, name):
        """As where a machine loses its power: slurmd and all that it started, at once."""
        os.kill(self.slurmd[name].pid, signal.SIGSTOP)
        doomed = {self.slurmd[name].pid}
        for process in self.processes():
            if f"SLURMD_NODENAME={name}\0" in text_of(process, "environ"):
                doomed |= {process, *ancestors(process)}
        for process in doomed:
            os.kill(process, signal.SIGKILL)
        self.slurmd[name].wait()

    def answers(self, *command):
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True).stdout.find("UP") >= 0

    def slurm(self, *command, status=0):
        return run(command, status, env=self.environment)

    def starts(self, array, task):
        """How often a task began."""
        told = self.slurm("scontrol", "show", "job", "--oneliner", f"{array}_{task}")
        return int(told.split(" Restarts=")[1].split()[0]) + 1

    def node_state(self, name):
        return self.slurm("sinfo", "-h", "-n", name, "-o", "%T").split("\n")[0].strip("*").upper()


def text_of(process, name):
    try:
        return pathlib.Path(f"/proc/{process}/{name}").read_text(errors="replace")
    except OSError:
        return ""


def ancestors(process):
    """Up to the step's own process, which init has taken over."""
    while parent := int((text_of(process, "stat") or "0 () S 0").rsplit(")", 1)[1].split()[1]):
        if parent in [1, os.getpid()]:
            return
        yield parent
        process = parent
