// Spring Boot 3 with Micrometer's Prometheus registry: GET /actuator/prometheus.
import { java, SHOP, Text } from './text.mjs'

const OUTCOMES = { 2: 'SUCCESS', 4: 'CLIENT_ERROR', 5: 'SERVER_ERROR' }

const shop = () =>
  SHOP.map(([method, route, status, before, between, median]) => [
    {
      error: status === 500 ? 'IllegalStateException' : 'none',
      exception: status === 500 ? 'IllegalStateException' : 'none',
      method,
      outcome: OUTCOMES[String(status)[0]],
      status,
      uri: route || '/**',
    },
    before,
    between,
    median,
  ])

// The bounds that Micrometer gives a timer with percentiles-histogram, between 1 ms and 2 s, those of one power of four thinned out.
const BOUNDS = [
  0.001, 0.001048576, 0.001398101, 0.001747626, 0.002446676, 0.003145726, 0.004194304, 0.005592405, 0.006990506, 0.01118481,
  0.015379112, 0.016777216, 0.022369621, 0.03355443, 0.044739241, 0.061516456, 0.067108864, 0.089478485, 0.134217728, 0.17895697,
  0.246065832, 0.268435456, 0.357913941, 0.536870911, 0.715827881, 0.984263336, 1.0, 1.431655765, 2.0,
]

function jvm(text) {
  const heap = (id) => ({ area: 'heap', id })
  return text
    .gauge('application_ready_time_seconds', 'Time taken for the application to be ready to service requests', [
      [{ main_application_class: 'com.example.Shop' }, 3.214],
    ])
    .gauge('disk_free_bytes', 'Usable space for path', [[{ path: '/app/.' }, 41231785984, 41231754240]])
    .gauge('disk_total_bytes', 'Total space for path', [[{ path: '/app/.' }, 62671097856]])
    .gauge('executor_active_threads', 'The approximate number of threads that are actively executing tasks', [
      [{ name: 'applicationTaskExecutor' }, 1, 2],
    ])
    .counter('executor_completed_tasks_total', 'The approximate total number of tasks that have completed execution', [
      [{ name: 'applicationTaskExecutor' }, 40, 25],
    ])
    .gauge('executor_queued_tasks', 'The approximate number of tasks that are queued for execution', [
      [{ name: 'applicationTaskExecutor' }, 0, 3],
    ])
    .gauge(
      'jvm_buffer_memory_used_bytes',
      'An estimate of the memory that the Java virtual machine is using for this buffer pool',
      [
        [{ id: 'direct' }, 98304, 106496],
        [{ id: 'mapped' }, 0],
      ],
    )
    .gauge('jvm_classes_loaded_classes', 'The number of classes that are currently loaded in the Java virtual machine', [
      [{}, 14021, 14033],
    ])
    .summary('jvm_gc_pause_seconds', 'Time spent in GC pause', [
      [{ action: 'end of minor GC', cause: 'G1 Evacuation Pause', gc: 'G1 Young Generation' }, 6, 4, 0.008],
      [{ action: 'end of minor GC', cause: 'Metadata GC Threshold', gc: 'G1 Young Generation' }, 1, 0, 0.011],
    ])
    .gauge('jvm_gc_pause_seconds_max', 'Time spent in GC pause', [
      [{ action: 'end of minor GC', cause: 'G1 Evacuation Pause', gc: 'G1 Young Generation' }, 0.016],
    ])
    .gauge('jvm_gc_live_data_size_bytes', 'Size of long-lived heap memory pool after reclamation', [[{}, 41253000]])
    .counter(
      'jvm_gc_memory_allocated_bytes_total',
      'Incremented for an increase in the size of the (young) heap memory pool after one GC to before the next',
      [[{}, 254803968, 92274688]],
    )
    .gauge('jvm_memory_committed_bytes', 'The amount of memory in bytes that is committed for the Java virtual machine to use', [
      [heap('G1 Eden Space'), 50331648],
      [heap('G1 Old Gen'), 71303168],
      [{ area: 'nonheap', id: 'Metaspace' }, 72810496],
    ])
    .gauge('jvm_memory_max_bytes', 'The maximum amount of memory in bytes that can be used for memory management', [
      [heap('G1 Survivor Space'), -1],
      [heap('G1 Old Gen'), 4294967296],
      [heap('G1 Eden Space'), -1],
      [{ area: 'nonheap', id: 'Metaspace' }, -1],
      [{ area: 'nonheap', id: 'Compressed Class Space' }, 1073741824],
    ])
    .gauge('jvm_memory_used_bytes', 'The amount of used memory', [
      [heap('G1 Survivor Space'), 4194304],
      [heap('G1 Old Gen'), 42991616, 44040192],
      [heap('G1 Eden Space'), 12582912, 31457280],
      [{ area: 'nonheap', id: 'Metaspace' }, 72103864, 72187112],
      [{ area: 'nonheap', id: 'Compressed Class Space' }, 9876544],
    ])
    .gauge('jvm_threads_daemon_threads', 'The current number of live daemon threads', [[{}, 21, 22]])
    .gauge('jvm_threads_live_threads', 'The current number of live threads including both daemon and non-daemon threads', [
      [{}, 25, 27],
    ])
    .gauge('jvm_threads_states_threads', 'The current number of threads', [
      [{ state: 'runnable' }, 9, 11],
      [{ state: 'waiting' }, 12],
      [{ state: 'timed-waiting' }, 4],
    ])
    .counter('logback_events_total', 'Number of log events that were enabled by the effective log level', [
      [{ level: 'warn' }, 1, 4],
      [{ level: 'error' }, 1, 5],
      [{ level: 'info' }, 9, 3],
    ])
    .counter('process_cpu_time_ns_total', 'The "cpu time" used by the Java Virtual Machine process', [
      [{}, 9420000000, 2350000000],
    ])
    .gauge('process_cpu_usage', 'The "recent cpu usage" for the Java Virtual Machine process', [[{}, 0.0213, 0.0391]])
    .gauge('process_files_max_files', 'The maximum file descriptor count', [[{}, 1048576]])
    .gauge('process_files_open_files', 'The open file descriptor count', [[{}, 61, 64]])
    .gauge('process_start_time_seconds', 'Start time of the process since unix epoch.', [[{}, 1764331200.123]])
    .gauge('process_uptime_seconds', 'The uptime of the Java virtual machine', [[{}, 101.5, 161.5]])
    .gauge('system_cpu_count', 'The number of processors available to the Java virtual machine', [[{}, 4]])
    .gauge('system_cpu_usage', 'The "recent cpu usage" of the system the application is running in', [[{}, 0.112, 0.246]])
    .gauge(
      'system_load_average_1m',
      'The sum of the number of runnable entities queued to available processors and the number of runnable entities running on the available processors averaged over a period of time',
      [[{}, 0.87, 1.12]],
    )
    .gauge('tomcat_sessions_active_current_sessions', null, [[{}, 0]])
    .gauge('tomcat_threads_busy_threads', null, [[{ name: 'http-nio-8080' }, 1, 2]])
    .gauge('tomcat_threads_config_max_threads', null, [[{ name: 'http-nio-8080' }, 200]])
}

function pools(text) {
  const pool = { pool: 'HikariPool-1' }
  return text
    .gauge('hikaricp_connections', 'Total connections', [[pool, 10]])
    .summary('hikaricp_connections_acquire_seconds', 'Connection acquire time', [[pool, 20, 90, 0.0004]])
    .gauge('hikaricp_connections_acquire_seconds_max', 'Connection acquire time', [[pool, 0.002]])
    .gauge('hikaricp_connections_active', 'Active connections', [[pool, 1, 3]])
    .summary('hikaricp_connections_creation_seconds', 'Connection creation time', [[pool, 10, 0, 0.02]])
    .gauge('hikaricp_connections_idle', 'Idle connections', [[pool, 9, 7]])
    .gauge('hikaricp_connections_max', 'Max connections', [[pool, 10]])
    .gauge('hikaricp_connections_min', 'Min connections', [[pool, 10]])
    .gauge('hikaricp_connections_pending', 'Pending threads', [[pool, 0, 2]])
    .counter('hikaricp_connections_timeout_total', 'Connection timeout total count', [[pool, 0, 2]])
    .summary('hikaricp_connections_usage_seconds', 'Connection usage time', [[pool, 20, 90, 0.006]])
    .gauge('jdbc_connections_active', 'Current number of active connections that have been allocated from the data source.', [
      [{ name: 'dataSource' }, 1, 3],
    ])
    .gauge('jdbc_connections_idle', 'Number of established but idle connections.', [[{ name: 'dataSource' }, 9, 7]])
    .gauge('jdbc_connections_max', 'Maximum number of active connections that can be allocated at the same time.', [
      [{ name: 'dataSource' }, 10],
    ])
    .summary('spring_data_repository_invocations_seconds', 'Duration of repository invocations', [
      [{ exception: 'None', method: 'findById', repository: 'ItemRepository', state: 'SUCCESS' }, 12, 60, 0.005],
      [{ exception: 'None', method: 'save', repository: 'ItemRepository', state: 'SUCCESS' }, 2, 10, 0.008],
      [
        { exception: 'DataIntegrityViolationException', method: 'save', repository: 'ItemRepository', state: 'ERROR' },
        1,
        2,
        0.009,
      ],
    ])
}

function caches(text) {
  const cache = { cache: 'items', cache_manager: 'cacheManager', name: 'items' }
  return text
    .counter('cache_evictions_total', 'The number of times the cache was evicted.', [[cache, 3, 6]])
    .counter('cache_gets_total', 'The number of times cache lookup methods have returned a cached value.', [
      [{ ...cache, result: 'hit' }, 8, 48],
      [{ ...cache, result: 'miss' }, 4, 12],
    ])
    .counter('cache_puts_total', 'The number of entries added to the cache', [[cache, 4, 12]])
    .gauge('cache_size', 'The number of entries in this cache.', [[cache, 4, 10]])
}

const client = [
  [
    {
      client_name: 'prices.example',
      error: 'none',
      exception: 'none',
      method: 'GET',
      outcome: 'SUCCESS',
      status: 200,
      uri: '/prices/{id}',
    },
    10,
    55,
    0.022,
  ],
  [
    {
      client_name: 'prices.example',
      error: '503',
      exception: 'none',
      method: 'GET',
      outcome: 'SERVER_ERROR',
      status: 503,
      uri: '/prices/{id}',
    },
    2,
    5,
    0.009,
  ],
]
const max = (text, name, help, rows) =>
  text.gauge(
    `${name}_max`,
    help,
    rows.map(([labels, , , median]) => [labels, Number((3 * median).toFixed(6))]),
  )

function spring(style, timer) {
  const text = new Text('Spring Boot 3.3, Micrometer 1.13', { float: java, common: { application: 'shop' }, ...style })
  pools(caches(jvm(text)))
  timer(text, 'http_server_requests_seconds', null, shop())
  max(text, 'http_server_requests_seconds', null, shop())
  text.summary('http_server_requests_active_seconds', null, [
    [{ exception: 'none', method: 'GET', outcome: 'SUCCESS', status: 200, uri: 'UNKNOWN' }, 1, 0, 0.2],
  ])
  timer(text, 'http_client_requests_seconds', null, client)
  max(text, 'http_client_requests_seconds', null, client)
  text.summary('tasks_scheduled_execution_seconds', null, [
    [
      { code_function: 'sendMail', code_namespace: 'com.example.Mail', error: 'none', exception: 'none', outcome: 'SUCCESS' },
      3,
      4,
      0.05,
    ],
  ])
  return text
}

export const TEXTS = {
  'spring-boot': spring({}, (text, name, help, rows) => text.summary(name, help, rows)),
  'spring-boot-histogram': spring({}, (text, name, help, rows) => text.histogram(name, help, BOUNDS, rows)),
}
