//! What every exporter tells of its process, by the names that Prometheus' client libraries have agreed on.

use procfs::process::Process as Myself;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};
use rustix::process::{Resource, getrlimit};
use std::fmt;

/// Read anew at each scrape.
#[derive(Debug)]
pub(super) struct Process;

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Ok(myself) = Myself::myself() else { return Ok(()) };
        if let Ok(open) = myself.fd_count() {
            gauge(&mut encoder, "process_open_fds", "Open file descriptors", open as f64)?;
        }
        if let Some(limit) = getrlimit(Resource::Nofile).current {
            gauge(&mut encoder, "process_max_fds", "Most file descriptors that may be open", limit as f64)?;
        }
        let Ok(stat) = myself.stat() else { return Ok(()) };
        let ticks = procfs::ticks_per_second() as f64;
        let seconds = ConstCounter::new((stat.utime + stat.stime) as f64 / ticks);
        let kind = MetricType::Counter;
        let help = "Processor time, of users and of the system";
        seconds.encode(encoder.encode_descriptor("process_cpu_seconds", help, None, kind)?)?;
        gauge(&mut encoder, "process_virtual_memory_bytes", "Virtual memory", stat.vsize as f64)?;
        let resident = stat.rss as f64 * procfs::page_size() as f64;
        gauge(&mut encoder, "process_resident_memory_bytes", "Resident memory", resident)?;
        gauge(&mut encoder, "process_threads", "Threads", stat.num_threads as f64)?;
        let Ok(boot) = procfs::boot_time_secs() else { return Ok(()) };
        let started = boot as f64 + stat.starttime as f64 / ticks;
        gauge(&mut encoder, "process_start_time_seconds", "Start, since the Unix epoch", started)
    }
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: f64) -> Result<(), fmt::Error> {
    let gauge = ConstGauge::new(value);
    gauge.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)
}
