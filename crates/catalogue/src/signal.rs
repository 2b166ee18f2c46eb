//! What a backend can tell of itself, whatever its exporter calls it.
use whippet_api::Unit;

/// What kind of figure a signal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Something that is counted: shown as a rate.
    Count,
    /// A value that goes up and down.
    Level,
    /// Values whose percentiles count.
    Spread,
}

/// What a signal measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Time, kept in ms.
    Time,
    /// Sizes, kept in bytes.
    Bytes,
    /// How many.
    Number,
    /// A share, 0 to 1.
    Ratio,
}

macro_rules! signals {
    ($($variant:ident $name:literal $shape:ident $dimension:ident $unit:ident $what:literal)+) => {
        /// A signal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Signal {
            $(#[doc = $what] $variant,)+
        }

        impl Signal {
            /// All signals.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in patterns.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it is.
            pub const fn what(self) -> &'static str {
                match self { $(Self::$variant => $what,)+ }
            }

            /// What kind of figure it is.
            pub const fn shape(self) -> Shape {
                match self { $(Self::$variant => Shape::$shape,)+ }
            }

            /// What it measures.
            pub const fn dimension(self) -> Dimension {
                match self { $(Self::$variant => Dimension::$dimension,)+ }
            }

            /// The unit in which it is shown.
            pub const fn unit(self) -> Unit {
                match self { $(Self::$variant => Unit::$unit,)+ }
            }
        }
    };
}

signals! {
    ServerRequests "http.server.requests" Count Number PerSecond "Requests answered"
    ServerDuration "http.server.duration" Spread Time Ms "Time from request to answer"
    ServerErrors "http.server.errors" Count Number PerSecond "Requests that failed"
    ServerInFlight "http.server.in_flight" Level Number Number "Requests being answered"
    ServerRequestBytes "http.server.request_bytes" Count Bytes Bytes "Bytes of requests"
    ServerResponseBytes "http.server.response_bytes" Count Bytes Bytes "Bytes of answers"
    ClientRequests "http.client.requests" Count Number PerSecond "Calls to other services"
    ClientDuration "http.client.duration" Spread Time Ms "Time of calls to other services"
    ClientErrors "http.client.errors" Count Number PerSecond "Calls to other services that failed"
    ModelRequests "genai.requests" Count Number PerSecond "Calls to AI providers"
    ModelDuration "genai.duration" Spread Time Ms "Time of calls to AI providers"
    ModelErrors "genai.errors" Count Number PerSecond "Calls to AI providers that failed"
    ModelFirstToken "genai.first_token" Spread Time Ms "Time until an AI provider's first token"
    ModelInputTokens "genai.input_tokens" Count Number PerSecond "Tokens sent to AI providers"
    ModelOutputTokens "genai.output_tokens" Count Number PerSecond "Tokens that came from AI providers"
    DbQueries "db.queries" Count Number PerSecond "Database queries"
    DbDuration "db.duration" Spread Time Ms "Time of database queries"
    DbErrors "db.errors" Count Number PerSecond "Database queries that failed"
    DbSlow "db.slow" Count Number PerSecond "Database queries that the backend calls slow"
    DbConnections "db.connections" Level Number Number "Connections that a database has"
    DbConnectionsMax "db.connections_max" Level Number Number "The most connections that a database takes"
    DbSize "db.size" Level Bytes Bytes "The size of a database"
    PoolInUse "db.pool.in_use" Level Number Number "Connections of a pool that are in use"
    PoolIdle "db.pool.idle" Level Number Number "Connections of a pool that are idle"
    PoolOpen "db.pool.open" Level Number Number "Connections of a pool, in use or idle"
    PoolSize "db.pool.size" Level Number Number "The most connections that a pool may have"
    PoolWaiting "db.pool.waiting" Level Number Number "Who waits for a connection of a pool"
    PoolWait "db.pool.wait_duration" Spread Time Ms "Time until a pool gives a connection"
    PoolTimeouts "db.pool.timeouts" Count Number PerSecond "Waits for a connection that were given up"
    CacheHits "cache.hits" Count Number PerSecond "Look-ups that a cache answered"
    CacheMisses "cache.misses" Count Number PerSecond "Look-ups that a cache did not answer"
    CacheRequests "cache.requests" Count Number PerSecond "Look-ups in a cache, by result"
    CacheHitRate "cache.hit_rate" Level Ratio Ratio "The hit rate that a backend computed itself"
    CacheEvictions "cache.evictions" Count Number PerSecond "Entries that a cache dropped to make room"
    CacheEntries "cache.entries" Level Number Number "Entries of a cache"
    CacheBytes "cache.bytes" Level Bytes Bytes "Bytes of a cache"
    CacheLimit "cache.limit" Level Bytes Bytes "The most bytes of a cache"
    JobsDone "jobs.done" Count Number PerSecond "Jobs that ended"
    JobsFailed "jobs.failed" Count Number PerSecond "Jobs that failed"
    JobsDuration "jobs.duration" Spread Time Ms "Time of jobs"
    JobsWaiting "jobs.waiting" Level Number Number "Jobs that wait"
    JobsRunning "jobs.running" Level Number Number "Jobs that run"
    MessagesSent "messaging.sent" Count Number PerSecond "Messages sent"
    MessagesReceived "messaging.received" Count Number PerSecond "Messages received"
    MessagesDuration "messaging.duration" Spread Time Ms "Time to send or to process a message"
    MessagesLag "messaging.lag" Level Number Number "Messages that are not processed yet"
    ProcessCpu "process.cpu" Count Time Ratio "CPU time of the process, of one core"
    ProcessMemory "process.memory" Level Bytes Bytes "Resident memory of the process"
    ProcessOpenFds "process.open_fds" Level Number Number "Open file descriptors"
    ProcessMaxFds "process.max_fds" Level Number Number "The most file descriptors"
    ProcessThreads "process.threads" Level Number Number "Threads of the process"
    ProcessStart "process.start_time" Level Time Number "When the process began"
    ProcessUptime "process.uptime" Level Time Ms "How long the process has run"
    HostCpu "host.cpu" Count Time Ratio "CPU time of the host"
    HostCpuUsed "host.cpu_used" Level Ratio Ratio "Share of the host's CPU in use, as the backend computed it"
    HostMemoryUsed "host.memory_used" Level Bytes Bytes "Memory in use"
    HostMemoryTotal "host.memory_total" Level Bytes Bytes "Memory of the host"
    HostMemoryAvailable "host.memory_available" Level Bytes Bytes "Memory that is available"
    HostDiskUsed "host.disk_used" Level Bytes Bytes "Disk space in use"
    HostDiskTotal "host.disk_total" Level Bytes Bytes "Disk space"
    HostDiskAvailable "host.disk_available" Level Bytes Bytes "Disk space that is available"
    HostDiskRead "host.disk_read" Count Bytes Bytes "Bytes read from disks"
    HostDiskWritten "host.disk_written" Count Bytes Bytes "Bytes written to disks"
    HostNetReceived "host.net_received" Count Bytes Bytes "Bytes received from the network"
    HostNetSent "host.net_sent" Count Bytes Bytes "Bytes sent to the network"
    HostLoad "host.load" Level Number Number "Load average"
    GcTime "runtime.gc_time" Count Time Ratio "Time of garbage collection"
    GcCount "runtime.gc_count" Count Number PerSecond "Garbage collections"
    EventLoopLag "runtime.event_loop_lag" Level Time Ms "How late the event loop is"
    HeapUsed "runtime.heap_used" Level Bytes Bytes "Heap in use"
    HeapLimit "runtime.heap_limit" Level Bytes Bytes "The most heap"
    RuntimeThreads "runtime.threads" Level Number Number "Threads of the runtime"
    Goroutines "runtime.goroutines" Level Number Number "Goroutines, tasks or fibers"
    ServiceUp "service.up" Level Number Number "Whether the service works: 1 or 0"
    ServiceConnections "service.connections" Level Number Number "Open connections"
    ServiceInfo "service.info" Level Number Number "What the service says of itself in labels"
}

impl Signal {
    /// The signal with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|signal| signal.name() == name)
    }

    /// Whether the observations' sum is what it counts, where a histogram or a summary tells it: bytes, time and tokens.
    /// Otherwise it is their number.
    pub fn is_sum(self) -> bool {
        let tokens = matches!(self, Self::ModelInputTokens | Self::ModelOutputTokens);
        tokens || self.shape() == Shape::Count && self.dimension() != Dimension::Number
    }

    /// What the number of observations of a metric with this signal also tells.
    pub fn counted(self) -> Option<Self> {
        Some(match self {
            Self::ServerDuration => Self::ServerRequests,
            Self::ClientDuration => Self::ClientRequests,
            Self::ModelDuration => Self::ModelRequests,
            Self::DbDuration => Self::DbQueries,
            Self::JobsDuration => Self::JobsDone,
            Self::GcTime => Self::GcCount,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Signal;

    #[test]
    fn names_are_unique_and_found() {
        for signal in Signal::ALL {
            assert_eq!(Signal::from_name(signal.name()), Some(*signal));
            assert!(!signal.what().is_empty());
        }
        assert_eq!(Signal::from_name("http.server"), None);
    }
}
