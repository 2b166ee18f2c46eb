// OpenTelemetry's Java agent with its Prometheus exporter: HTTP, database, messaging, JVM; names with units.
import { java, SHOP, Text } from './text.mjs'

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const scope = (name) => ({ otel_scope_name: `io.opentelemetry.${name}`, otel_scope_version: '2.10.0-alpha' })
const kafka = { ...scope('kafka-clients-2.6'), messaging_system: 'kafka', messaging_destination_name: 'orders' }
const pool = { ...scope('hikaricp-3.0'), db_client_connection_pool_name: 'HikariPool-1' }
const heap = (id) => ({ ...scope('runtime-telemetry-java8'), jvm_memory_pool_name: id, jvm_memory_type: 'heap' })

export const TEXTS = {
  'opentelemetry-java': new Text("OpenTelemetry's Java agent 2.10 with its Prometheus exporter", { float: java })
    .histogram(
      'http_server_request_duration_seconds',
      'Duration of HTTP server requests.',
      SECONDS,
      SHOP.map(([method, route, status, before, between, median]) => [
        {
          ...scope('tomcat-10.0'),
          ...(status === 500 ? { error_type: '500' } : {}),
          http_request_method: method,
          http_response_status_code: status,
          ...(route ? { http_route: route } : {}),
          network_protocol_version: '1.1',
          url_scheme: 'http',
        },
        before,
        between,
        median,
      ]),
    )
    .histogram('http_client_request_duration_seconds', 'Duration of HTTP client requests.', SECONDS, [
      [
        {
          ...scope('java-http-client'),
          http_request_method: 'GET',
          http_response_status_code: 200,
          network_protocol_version: '1.1',
          server_address: 'prices.example',
          server_port: 443,
        },
        10,
        55,
        0.022,
      ],
      [
        {
          ...scope('java-http-client'),
          error_type: '503',
          http_request_method: 'GET',
          http_response_status_code: 503,
          network_protocol_version: '1.1',
          server_address: 'prices.example',
          server_port: 443,
        },
        2,
        5,
        0.009,
      ],
    ])
    .histogram(
      'db_client_operation_duration_seconds',
      'Duration of database client operations.',
      [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
      [
        [
          {
            ...scope('jdbc'),
            db_collection_name: 'items',
            db_namespace: 'shop',
            db_operation_name: 'SELECT',
            db_system_name: 'postgresql',
          },
          12,
          60,
          0.005,
        ],
        [
          {
            ...scope('jdbc'),
            db_collection_name: 'items',
            db_namespace: 'shop',
            db_operation_name: 'INSERT',
            db_system_name: 'postgresql',
          },
          2,
          10,
          0.008,
        ],
        [
          {
            ...scope('jdbc'),
            db_collection_name: 'items',
            db_namespace: 'shop',
            db_operation_name: 'INSERT',
            db_system_name: 'postgresql',
            error_type: 'org.postgresql.util.PSQLException',
          },
          1,
          2,
          0.009,
        ],
      ],
    )
    .gauge(
      'db_client_connection_count',
      'The number of connections that are currently in state described by the state attribute.',
      [
        [{ ...pool, db_client_connection_state: 'idle' }, 9, 7],
        [{ ...pool, db_client_connection_state: 'used' }, 1, 3],
      ],
    )
    .gauge('db_client_connection_max', 'The maximum number of open connections allowed.', [[pool, 10]])
    .gauge('db_client_connection_pending_requests', 'The number of current pending requests for an open connection.', [
      [pool, 0, 2],
    ])
    .counter(
      'db_client_connection_timeouts_total',
      'The number of connection timeouts that have occurred trying to obtain a connection from the pool.',
      [[pool, 0, 2]],
    )
    .histogram(
      'db_client_connection_wait_time_seconds',
      'The time it took to obtain an open connection from the pool.',
      [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
      [[pool, 20, 90, 0.0008]],
    )
    .counter('messaging_client_sent_messages_total', 'Number of messages producer attempted to send to the broker.', [
      [{ ...kafka, messaging_operation_name: 'send' }, 2, 10],
    ])
    .counter('messaging_client_consumed_messages_total', 'Number of messages that were delivered to the application.', [
      [{ ...kafka, messaging_consumer_group_name: 'mail', messaging_operation_name: 'poll' }, 2, 9],
    ])
    .histogram(
      'messaging_client_operation_duration_seconds',
      'Duration of messaging operation initiated by a producer or consumer client.',
      [0.005, 0.01, 0.05, 0.1, 0.5, 1],
      [[{ ...kafka, messaging_operation_name: 'send', messaging_operation_type: 'send' }, 2, 10, 0.004]],
    )
    .histogram(
      'messaging_process_duration_seconds',
      'Duration of processing operation.',
      [0.005, 0.01, 0.05, 0.1, 0.5, 1],
      [[{ ...kafka, messaging_consumer_group_name: 'mail', messaging_operation_name: 'process' }, 2, 9, 0.03]],
    )
    .gauge('jvm_cpu_recent_utilization_ratio', 'Recent CPU utilization for the process as reported by the JVM.', [
      [scope('runtime-telemetry-java8'), 0.021, 0.039],
    ])
    .counter('jvm_cpu_time_seconds_total', 'CPU time used by the process as reported by the JVM.', [
      [scope('runtime-telemetry-java8'), 9.42, 2.35],
    ])
    .gauge('jvm_cpu_count', 'Number of processors available to the Java virtual machine.', [
      [scope('runtime-telemetry-java8'), 4],
    ])
    .histogram(
      'jvm_gc_duration_seconds',
      'Duration of JVM garbage collection actions.',
      [0.01, 0.1, 1, 10],
      [
        [
          { ...scope('runtime-telemetry-java8'), jvm_gc_action: 'end of minor GC', jvm_gc_name: 'G1 Young Generation' },
          6,
          4,
          0.008,
        ],
      ],
    )
    .gauge('jvm_memory_used_bytes', 'Measure of memory used.', [
      [heap('G1 Eden Space'), 12582912, 31457280],
      [heap('G1 Old Gen'), 42991616, 44040192],
      [{ ...scope('runtime-telemetry-java8'), jvm_memory_pool_name: 'Metaspace', jvm_memory_type: 'non_heap' }, 72103864],
    ])
    .gauge('jvm_memory_limit_bytes', 'Measure of max obtainable memory.', [
      [heap('G1 Old Gen'), 4294967296],
      [
        { ...scope('runtime-telemetry-java8'), jvm_memory_pool_name: 'Compressed Class Space', jvm_memory_type: 'non_heap' },
        1073741824,
      ],
    ])
    .gauge('jvm_thread_count', 'Number of executing platform threads.', [
      [{ ...scope('runtime-telemetry-java8'), jvm_thread_daemon: 'true', jvm_thread_state: 'waiting' }, 12],
      [{ ...scope('runtime-telemetry-java8'), jvm_thread_daemon: 'false', jvm_thread_state: 'runnable' }, 9, 11],
    ])
    .gauge('jvm_class_count', 'Number of classes currently loaded.', [[scope('runtime-telemetry-java8'), 14021, 14033]])
    .gauge('target_info', 'Target metadata', [
      [{ service_name: 'shop', service_version: '1.0.0', telemetry_sdk_language: 'java' }, 1],
    ]),
}
