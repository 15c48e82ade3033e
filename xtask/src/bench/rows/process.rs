//! What the kernel says of a running process (`proc(5)`).

use std::time::Duration;

use anyhow::Context as _;
use testkit::Service;

/// The memory of it that is in the machine's, in bytes.
pub(super) fn resident(service: &Service) -> anyhow::Result<f64> {
    let status = fs_err::read_to_string(format!("/proc/{}/status", service.process()))?;
    Ok(number_after(&status, "VmRSS:")? * 1024.0)
}

/// What a process has used since its threads began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Used {
    /// The time that processors worked for it.
    pub(super) time: Duration,
    /// How often one of its threads stopped to wait: once for each time that something woke it.
    pub(super) waits: f64,
}

/// What the threads of it that still live have used.
pub(super) fn used(service: &Service) -> anyhow::Result<Used> {
    let mut used = Used {
        time: Duration::ZERO,
        waits: 0.0,
    };
    for thread in fs_err::read_dir(format!("/proc/{}/task", service.process()))? {
        let folder = thread?.path();
        let schedule = fs_err::read_to_string(folder.join("schedstat"))?;
        let nanoseconds = schedule.split(' ').next().context("no time in schedstat")?;
        used.time += Duration::from_nanos(nanoseconds.parse()?);
        let status = fs_err::read_to_string(folder.join("status"))?;
        used.waits += number_after(&status, "voluntary_ctxt_switches:")?;
    }
    Ok(used)
}

fn number_after(text: &str, name: &str) -> anyhow::Result<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    let number = number.with_context(|| format!("the kernel tells no {name}"))?;
    Ok(number.parse()?)
}
