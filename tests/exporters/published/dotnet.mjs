// ASP.NET Core 8: its own meters through OpenTelemetry's Prometheus exporter, and prometheus-net's middleware.
import { SHOP, Text } from './text.mjs'

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

const scope = (name) => ({ otel_scope_name: name })
const hosting = scope('Microsoft.AspNetCore.Hosting')
const kestrel = scope('Microsoft.AspNetCore.Server.Kestrel')
const http = scope('System.Net.Http')
const runtime = scope('System.Runtime')
const npgsql = { ...scope('Npgsql'), db_client_connection_pool_name: 'shop' }

const opentelemetry = new Text('ASP.NET Core 8 with OpenTelemetry.Exporter.Prometheus.AspNetCore 1.9')
  .gauge('target_info', 'Target metadata', [
    [{ service_name: 'shop', service_instance_id: '5f0c1f0e', telemetry_sdk_language: 'dotnet' }, 1],
  ])
  .histogram(
    'http_server_request_duration_seconds',
    'Duration of HTTP server requests.',
    SECONDS,
    SHOP.map(([method, route, status, before, between, median]) => [
      {
        ...hosting,
        ...(status === 500 ? { error_type: 'System.InvalidOperationException' } : {}),
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
  .gauge('http_server_active_requests', 'Number of active HTTP server requests.', [
    [{ ...hosting, http_request_method: 'GET', url_scheme: 'http' }, 1, 2],
  ])
  .gauge('kestrel_active_connections', 'Number of connections that are currently active on the server.', [
    [{ ...kestrel, network_transport: 'tcp', network_type: 'ipv4', server_address: '127.0.0.1', server_port: 5000 }, 3, 4],
  ])
  .gauge('kestrel_queued_connections', 'Number of connections that are currently queued and are waiting to start.', [
    [{ ...kestrel, network_transport: 'tcp', network_type: 'ipv4', server_address: '127.0.0.1', server_port: 5000 }, 0],
  ])
  .histogram(
    'kestrel_connection_duration_seconds',
    'The duration of connections on the server.',
    [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
    [
      [
        {
          ...kestrel,
          network_protocol_name: 'http',
          network_protocol_version: '1.1',
          network_transport: 'tcp',
          network_type: 'ipv4',
          server_address: '127.0.0.1',
          server_port: 5000,
        },
        3,
        6,
        0.9,
      ],
    ],
  )
  .counter('aspnetcore_routing_match_attempts_total', 'Number of requests that were attempted to be matched to an endpoint.', [
    [
      {
        ...scope('Microsoft.AspNetCore.Routing'),
        aspnetcore_routing_is_fallback: 'false',
        aspnetcore_routing_match_status: 'success',
        http_route: '/items/{id}',
      },
      14,
      68,
    ],
    [{ ...scope('Microsoft.AspNetCore.Routing'), aspnetcore_routing_match_status: 'failure' }, 1, 3],
  ])
  .counter('aspnetcore_diagnostics_exceptions_total', 'Number of exceptions caught by exception handling middleware.', [
    [
      {
        ...scope('Microsoft.AspNetCore.Diagnostics'),
        aspnetcore_diagnostics_exception_result: 'unhandled',
        error_type: 'System.InvalidOperationException',
      },
      1,
      5,
    ],
  ])
  .histogram('http_client_request_duration_seconds', 'Duration of HTTP client requests.', SECONDS, [
    [
      {
        ...http,
        http_request_method: 'GET',
        http_response_status_code: 200,
        network_protocol_version: '1.1',
        server_address: 'prices.example',
        server_port: 443,
        url_scheme: 'https',
      },
      10,
      55,
      0.022,
    ],
    [
      {
        ...http,
        error_type: '503',
        http_request_method: 'GET',
        http_response_status_code: 503,
        network_protocol_version: '1.1',
        server_address: 'prices.example',
        server_port: 443,
        url_scheme: 'https',
      },
      2,
      5,
      0.009,
    ],
  ])
  .gauge('http_client_active_requests', 'Number of outbound HTTP requests that are currently active on the client.', [
    [{ ...http, http_request_method: 'GET', server_address: 'prices.example', server_port: 443, url_scheme: 'https' }, 0, 1],
  ])
  .gauge('http_client_open_connections', 'Number of outbound HTTP connections that are currently active or idle on the client.', [
    [{ ...http, http_connection_state: 'idle', server_address: 'prices.example', server_port: 443, url_scheme: 'https' }, 2],
  ])
  .gauge(
    'db_client_connection_count',
    'The number of connections that are currently in state described by the state attribute.',
    [
      [{ ...npgsql, db_client_connection_state: 'idle' }, 4, 2],
      [{ ...npgsql, db_client_connection_state: 'used' }, 1, 3],
    ],
  )
  .gauge('db_client_connection_max', 'The maximum number of open connections allowed.', [[npgsql, 100]])
  .gauge(
    'db_client_connection_pending_requests',
    'The number of pending requests for an open connection, cumulative for the entire pool.',
    [[npgsql, 0, 1]],
  )
  .histogram('db_client_operation_duration_seconds', 'The duration of database commands.', SECONDS, [
    [{ ...npgsql, db_system_name: 'postgresql' }, 14, 70, 0.006],
  ])
  .counter('dotnet_gc_collections_total', 'The number of garbage collections that have occurred since the process has started.', [
    [{ ...runtime, gc_heap_generation: 'gen0' }, 4, 3],
    [{ ...runtime, gc_heap_generation: 'gen1' }, 2, 1],
    [{ ...runtime, gc_heap_generation: 'gen2' }, 1, 0],
  ])
  .counter('dotnet_gc_pause_time_seconds_total', 'The total amount of time paused in GC since the process has started.', [
    [runtime, 0.021, 0.014],
  ])
  .gauge(
    'dotnet_gc_last_collection_heap_size_bytes',
    'The managed GC heap size (including fragmentation), as observed during the latest garbage collection.',
    [
      [{ ...runtime, gc_heap_generation: 'gen0' }, 262144, 524288],
      [{ ...runtime, gc_heap_generation: 'gen2' }, 9437184, 9961472],
    ],
  )
  .gauge('dotnet_process_memory_working_set_bytes', 'The number of bytes of physical memory mapped to the process context.', [
    [runtime, 120586240, 131072000],
  ])
  .gauge('dotnet_thread_pool_thread_count', 'The number of thread pool threads that currently exist.', [[runtime, 6, 8]])
  .gauge(
    'dotnet_thread_pool_queue_length',
    'The number of work items that are currently queued to be processed by the thread pool.',
    [[runtime, 0, 2]],
  )
  .counter('dotnet_process_cpu_time_seconds_total', 'CPU time used by the process.', [
    [{ ...runtime, cpu_mode: 'user' }, 2.1, 0.7],
    [{ ...runtime, cpu_mode: 'system' }, 0.4, 0.1],
  ])
  .counter('dotnet_exceptions_total', 'The number of exceptions that have been thrown in managed code.', [
    [{ ...runtime, error_type: 'InvalidOperationException' }, 1, 5],
  ])

const labels = ([method, route, status]) => ({ code: status, method, controller: '', action: '', endpoint: route })
const net = new Text('prometheus-net 8.2')
  .gauge('process_start_time_seconds', 'Start time of the process since unix epoch in seconds.', [[{}, 1764331200.41]])
  .counter('process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.', [[{}, 2.5, 0.8]])
  .gauge('process_virtual_memory_bytes', 'Virtual memory size in bytes.', [[{}, 274877906944]])
  .gauge('process_working_set_bytes', 'Process working set', [[{}, 121634816, 132120576]])
  .gauge('process_private_memory_bytes', 'Process private memory size', [[{}, 243269632]])
  .gauge('process_open_handles', 'Number of open handles', [[{}, 181, 190]])
  .gauge('process_num_threads', 'Total number of threads', [[{}, 24, 26]])
  .gauge('dotnet_total_memory_bytes', 'Total known allocated memory', [[{}, 9437184, 14680064]])
  .counter('dotnet_collection_count_total', 'GC collection count', [
    [{ generation: 0 }, 4, 3],
    [{ generation: 1 }, 2, 1],
    [{ generation: 2 }, 1, 0],
  ])
  .gauge(
    'http_requests_in_progress',
    'The number of requests currently in progress in the ASP.NET Core pipeline. One series without controller/action label values counts all in-progress requests, with separate series existing for each controller-action pair.',
    [[{ method: 'GET', controller: '', action: '', endpoint: '/slow' }, 1, 2]],
  )
  .counter(
    'http_requests_received_total',
    'Provides the count of HTTP requests that have been processed by the ASP.NET Core pipeline.',
    SHOP.map((row) => [labels(row), row[3], row[4]]),
  )
  .histogram(
    'http_request_duration_seconds',
    'The duration of HTTP requests processed by an ASP.NET Core application.',
    [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096, 8.192, 16.384, 32.768],
    SHOP.map((row) => [labels(row), row[3], row[4], row[5]]),
  )
  .counter('httpclient_requests_sent_total', 'Count of HTTP requests that have been completed by an HttpClient.', [
    [{ method: 'GET', host: 'prices.example', client: 'Default', code: 200 }, 10, 55],
    [{ method: 'GET', host: 'prices.example', client: 'Default', code: 503 }, 2, 5],
  ])
  .gauge('httpclient_requests_in_progress', 'Number of requests currently being executed by an HttpClient.', [
    [{ method: 'GET', host: 'prices.example', client: 'Default' }, 0, 1],
  ])
  .histogram(
    'httpclient_request_duration_seconds',
    'Duration histogram of HTTP requests performed by an HttpClient.',
    [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096, 8.192, 16.384, 32.768],
    [
      [{ method: 'GET', host: 'prices.example', client: 'Default', code: 200 }, 10, 55, 0.022],
      [{ method: 'GET', host: 'prices.example', client: 'Default', code: 503 }, 2, 5, 0.009],
    ],
  )

export const TEXTS = { 'aspnetcore-opentelemetry': opentelemetry, 'prometheus-net': net }
