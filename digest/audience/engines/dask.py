"""A dask cluster: the one at an address, or one of this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

from digest.audience.engines.local import processors
from digest.audience.extras import needs
from digest.audience.tasks import Progress, function_of, unpacked
from digest.errors import CommandError, DigestError, Unreachable

PATIENCE: Final = "20s"  # for a scheduler to answer
RETRIES: Final = 5  # how often a task may lose its worker

_known: dict[str, Any] = {}  # in a worker: what the tasks of a run share, by its name


class Dask:
    """Raises ``CommandError`` for an address that is none, ``Unreachable`` where no scheduler answers."""

    def __init__(self, scheduler: str | None) -> None:
        distributed = needs("distributed")
        self._quiet()
        self.cluster = None
        try:
            if scheduler is None:
                self.cluster = distributed.LocalCluster(
                    n_workers=processors(), threads_per_worker=1, dashboard_address=None, silence_logs=50
                )
            self.client = distributed.Client(scheduler or self.cluster, timeout=PATIENCE)
        except ValueError:
            raise CommandError(
                f'--scheduler "{scheduler}" is no address; write it as tcp://10.0.0.5:8786.'
            ) from None
        except (OSError, TimeoutError):
            raise Unreachable(
                f"no dask scheduler answers at {scheduler or 'this machine'}. Start one with `dask scheduler`, or "
                "leave --scheduler out for a cluster of this machine."
            ) from None

    @staticmethod
    def _quiet() -> None:
        import logging

        for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL)

    def run(
        self, function: str, shared: bytes, tasks: Sequence[Any], progress: Progress
    ) -> Iterator[tuple[int, Any]]:
        distributed = needs("distributed")
        name = sha256(shared).hexdigest()
        try:
            known = self.client.scatter(shared, broadcast=True, hash=True)
            futures = {
                self.client.submit(_call, name, function, known, task, pure=False, retries=RETRIES): number
                for number, task in enumerate(tasks)
            }
            for done, future in enumerate(distributed.as_completed(list(futures), timeout=None), 1):
                right, result = self._result(future)
                if not right:
                    raise result
                yield futures[future], result
                progress(done, len(tasks))
        except DigestError:
            raise
        except Exception as error:
            raise self._lost(error) from None

    def _result(self, future: Any) -> tuple[bool, Any]:
        if future.status != "finished":
            raise self._lost(future.exception() if future.status == "error" else None)
        answer: tuple[bool, Any] = future.result()
        return answer

    def _lost(self, error: BaseException | None) -> Unreachable:
        reason = (
            f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
            if error
            else "it is gone"
        )
        return Unreachable(
            f"the dask cluster could not finish ({reason.rstrip(': ')}). What is finished stays; the same "
            "command finishes what is missing, once a cluster is there."
        )

    def close(self) -> None:
        for part in (self.client, self.cluster):
            if part is not None:
                try:
                    part.close(timeout=5)
                except Exception:  # it went away before us
                    continue


def _call(name: str, function: str, shared: bytes, task: Any) -> tuple[bool, Any]:
    """One task in a worker."""
    if name not in _known:
        _known.clear()
        _known[name] = unpacked(shared)
    try:
        return True, function_of(function)(_known[name], task)
    except DigestError as error:
        return False, error
