"""A pod's main container as its rendered manifest describes it, run by a container engine instead of a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster.quantities import processors, size
from tests.cluster.reading import Workload, secret_files, settings_of
from tests.cluster.rendering import Manifest
from tests.cluster.rules.secrecy import OTHERS
from tests.containers.platform import Failed, run


@dataclass(frozen=True)
class Pod:
    """``secrets`` is a folder with the files that its Secrets would hold. ``network`` gives it its process' name."""

    workload: Workload
    manifests: Sequence[Manifest]
    secrets: Path
    network: str
    environment: dict[str, str]

    @property
    def name(self) -> str:
        return f"{self.network}-{self.workload.process}"

    @property
    def temporary(self) -> dict[str, int]:
        """Size in bytes by path of each emptyDir."""
        mounts = {
            mount["mountPath"]: self.workload.volume(mount["name"]) for mount in self.workload.main["volumeMounts"]
        }
        return {path: size(volume["emptyDir"]["sizeLimit"]) for path, volume in mounts.items() if "emptyDir" in volume}

    @property
    def claimed(self) -> list[str]:
        """Paths of its persistent volumes."""
        kinds = {
            mount["mountPath"]: self.workload.volume(mount["name"]) for mount in self.workload.main["volumeMounts"]
        }
        # A StatefulSet lists its claims beside the pod template, not among its volumes.
        return [path for path, volume in kinds.items() if not volume or "persistentVolumeClaim" in volume]

    @property
    def seconds_to_start(self) -> int:
        probe = self.workload.main["startupProbe"]
        return int(probe["periodSeconds"]) * int(probe["failureThreshold"])

    @property
    def seconds_to_leave(self) -> int:
        return int(self.workload.pod["terminationGracePeriodSeconds"])

    def docker(self, *arguments: str, seconds: float = 120) -> str:
        return run(["docker", *arguments], self.environment, seconds=seconds)

    def start(self) -> None:
        """Starts the container, without waiting until it is ready."""
        self.docker("run", "--detach", *self._options(), *self._what())

    def run_to_its_end(self) -> str:
        """The output. Raises Failed if it exits with an error."""
        return self.docker("run", *self._options(), *self._what(), seconds=180)

    def stop(self) -> dict[str, Any]:
        """Its last state after SIGTERM; the engine kills it after the grace period."""
        self.docker("stop", "--timeout", str(self.seconds_to_leave), self.name, seconds=self.seconds_to_leave + 60)
        state = self.docker("inspect", "--format", "{{.State.ExitCode}} {{.State.OOMKilled}}", self.name).split()
        return {"code": int(state[0]), "out_of_memory": state[1] == "true"}

    def inside(self, code: str) -> str:
        """The output of Python in it."""
        return self.docker("exec", self.name, "python", "-c", code).strip()

    def passes(self, probe: str) -> bool:
        """Whether one try of ``livenessProbe`` or ``readinessProbe`` succeeds now."""
        try:
            self._try(self.workload.main[probe])
        except Failed:
            return False
        return True

    def _try(self, probe: dict[str, Any]) -> None:
        if "tcpSocket" in probe:
            self._connect(self._port(probe["tcpSocket"]["port"]))
        else:
            self.docker("exec", self.name, *self._command(probe))

    def _connect(self, port: int) -> None:
        """From another container, because not every image has a client."""
        code = f"import socket; socket.create_connection(({self.workload.process!r}, {port}), 2)"
        neighbour = ("--network", self.network, "--entrypoint", "python", "sqp/identity:test", "-c", code)
        self.docker("run", "--rm", *neighbour)

    def _port(self, name: str) -> int:
        ports: dict[str, int] = {port["name"]: port["containerPort"] for port in self.workload.main["ports"]}
        return ports[name]

    def _command(self, probe: dict[str, Any]) -> list[str]:
        if "exec" in probe:
            return list(probe["exec"]["command"])
        url = f"http://127.0.0.1:{self._port(probe['httpGet']['port'])}{probe['httpGet']['path']}"
        timeout = probe["timeoutSeconds"]
        return ["python", "-c", f"import urllib.request as u; u.urlopen({url!r}, timeout={timeout}).read()"]

    def _what(self) -> list[str]:
        """Image and arguments; of our images the one built from this tree."""
        main = self.workload.main
        image = f"sqp/{self.workload.service}:test" if self.workload.is_ours else main["image"]
        entry, *rest = main.get("command", [""])
        return [*(["--entrypoint", entry] if entry else []), image, *rest, *main.get("args", [])]

    def _options(self) -> list[str]:
        return ["--name", self.name, *self._rights(), *self._limits(), *self._mounts(), *self._surroundings()]

    def _rights(self) -> list[str]:
        """Only the manifest's restrictions apply, so that a manifest without them fails."""
        pod, own = self.workload.pod["securityContext"], self.workload.main["securityContext"]
        options = ["--user", f"{pod['runAsUser']}:{pod['runAsGroup']}"]
        options += ["--read-only"] if own["readOnlyRootFilesystem"] else []
        options += [] if own["allowPrivilegeEscalation"] else ["--security-opt", "no-new-privileges:true"]
        return options + [f"--cap-drop={capability}" for capability in own["capabilities"]["drop"]]

    def _limits(self) -> list[str]:
        limits = self.workload.main["resources"]["limits"]
        memory = str(size(limits["memory"]))
        # A cluster's nodes have no swap.
        return ["--memory", memory, "--memory-swap", memory, "--cpus", str(processors(limits["cpu"]))]

    def _mounts(self) -> list[str]:
        options = [f"--tmpfs={path}:size={room},mode=1777" for path, room in self.temporary.items()]
        context = self.workload.pod["securityContext"]
        options += [f"--tmpfs={path}:uid={context['runAsUser']},gid={context['runAsGroup']}" for path in self.claimed]
        return options + [f"--volume={self.secrets / name}:/run/secrets/{name}:ro" for name in self._files()]

    def _files(self) -> list[str]:
        """Names below /run/secrets; a Secret that is mounted whole gives a file per key."""
        whole = self.workload.mount("/run/secrets").get("secret", {}).get("secretName", "")
        return [*secret_files(self.workload), *OTHERS.get(whole, ())]

    def _surroundings(self) -> list[str]:
        settings = settings_of(self.workload, self.manifests)
        environment = [f"--env={name}={value}" for name, value in settings.items()]
        return ["--network", self.network, "--network-alias", self.workload.process, *environment]

    def told(self) -> str:
        """Its last lines."""
        return self.docker("logs", "--tail", "20", self.name)
