// nginx with its module vts, and cAdvisor.
import { SHOP, Text } from './text.mjs'

const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx']
const count = (digit, column) => SHOP.filter((row) => String(row[2])[0] === digit).reduce((sum, row) => sum + row[column], 0)
const byClass = (labels) => [
  ...CLASSES.map((code) => [{ ...labels, code }, count(code[0], 3), count(code[0], 4)]),
  [{ ...labels, code: 'total' }, SHOP.reduce((sum, row) => sum + row[3], 0), SHOP.reduce((sum, row) => sum + row[4], 0)],
]
const caches = (host) =>
  [
    ['miss', 3, 10],
    ['bypass', 0, 0],
    ['expired', 1, 4],
    ['stale', 0, 0],
    ['updating', 0, 0],
    ['revalidated', 0, 0],
    ['hit', 9, 46],
    ['scarce', 0, 0],
  ].map(([status, before, between]) => [{ host, status }, before, between])
const bytes = (labels) => [
  [{ ...labels, direction: 'in' }, 2100, 9600],
  [{ ...labels, direction: 'out' }, 8400, 38800],
]
const backend = { upstream: 'shop', backend: '127.0.0.1:8080' }

const vts = new Text('nginx-module-vts 0.2.2')
  .gauge('nginx_vts_info', 'Nginx info', [[{ hostname: 'web-1', module_version: 'v0.2.2', version: '1.26.1' }, 1]])
  .gauge('nginx_vts_start_time_seconds', 'Nginx start time', [[{}, 1764331200.5]])
  .gauge('nginx_vts_main_connections', 'Nginx connections', [
    [{ status: 'accepted' }, 6, 14],
    [{ status: 'active' }, 2, 3],
    [{ status: 'handled' }, 6, 14],
    [{ status: 'reading' }, 0],
    [{ status: 'requests' }, 22, 119],
    [{ status: 'waiting' }, 1, 2],
    [{ status: 'writing' }, 1],
  ])
  .gauge('nginx_vts_main_shm_usage_bytes', 'Shared memory [ngx_http_vhost_traffic_status] info', [
    [{ shared: 'max_size' }, 1048575],
    [{ shared: 'used_size' }, 24689],
    [{ shared: 'used_node' }, 7],
  ])
  .counter('nginx_vts_server_bytes_total', 'The request/response bytes', [
    ...bytes({ host: 'shop.example' }),
    ...bytes({ host: '*' }),
  ])
  .counter('nginx_vts_server_requests_total', 'The requests counter', [
    ...byClass({ host: 'shop.example' }),
    ...byClass({ host: '*' }),
  ])
  .counter('nginx_vts_server_request_seconds_total', 'The request processing time in seconds', [
    [{ host: 'shop.example' }, 0.9, 2.7],
    [{ host: '*' }, 0.9, 2.7],
  ])
  .gauge('nginx_vts_server_request_seconds', 'The average of request processing times in seconds', [
    [{ host: 'shop.example' }, 0.042, 0.029],
    [{ host: '*' }, 0.042, 0.029],
  ])
  .histogram(
    'nginx_vts_server_request_duration_seconds',
    'The histogram of request processing time',
    [0.005, 0.01, 0.05, 0.1, 0.5, 1],
    [
      [{ host: 'shop.example' }, 21, 96, 0.024],
      [{ host: '*' }, 21, 96, 0.024],
    ],
  )
  .counter('nginx_vts_server_cache_total', 'The requests cache counter', [...caches('shop.example'), ...caches('*')])
  .counter('nginx_vts_upstream_bytes_total', 'The request/response bytes', bytes(backend))
  .counter('nginx_vts_upstream_requests_total', 'The upstream requests counter', byClass(backend))
  .counter('nginx_vts_upstream_request_seconds_total', 'The request Processing time including upstream in seconds', [
    [backend, 0.88, 2.6],
  ])
  .gauge('nginx_vts_upstream_request_seconds', 'The average of request processing times including upstream in seconds', [
    [backend, 0.041, 0.028],
  ])
  .counter('nginx_vts_upstream_response_seconds_total', 'The only upstream response processing time in seconds', [
    [backend, 0.87, 2.5],
  ])
  .gauge('nginx_vts_upstream_response_seconds', 'The average of only upstream response processing times in seconds', [
    [backend, 0.04, 0.027],
  ])
  .histogram(
    'nginx_vts_upstream_response_duration_seconds',
    'The histogram of only upstream response processing time',
    [0.005, 0.01, 0.05, 0.1, 0.5, 1],
    [[backend, 21, 96, 0.011]],
  )

const shop = { id: '/docker/9d1c', image: 'shop:1.0', name: 'shop' }
const base = { id: '/docker/41ab', image: 'postgres:16', name: 'postgres' }
const root = { id: '/', image: '', name: '' }
const slice = { id: '/system.slice', image: '', name: '' }
const all = (...values) => [root, slice, shop, base].map((labels, index) => [labels, ...values[index]])
const on = (more, ...values) => all(...values).map(([labels, ...rest]) => [{ ...labels, ...more }, ...rest])

const cadvisor = new Text('cAdvisor 0.49')
  .gauge(
    'cadvisor_version_info',
    "A metric with a constant '1' value labeled by kernel version, OS version, docker version, cadvisor version & cadvisor revision.",
    [
      [
        {
          cadvisorRevision: '6f3f25ba',
          cadvisorVersion: 'v0.49.1',
          dockerVersion: '',
          kernelVersion: '6.1.0',
          osVersion: 'Alpine Linux v3.18',
        },
        1,
      ],
    ],
  )
  .gauge(
    'container_cpu_load_average_10s',
    'Value of container cpu load average over the last 10 seconds.',
    all([0], [0], [0], [0]),
  )
  .counter(
    'container_cpu_usage_seconds_total',
    'Cumulative cpu time consumed in seconds.',
    on({ cpu: 'total' }, [812.5, 14.5], [80.1, 1.1], [21.25, 6.5], [40.5, 3.25]),
  )
  .counter(
    'container_cpu_user_seconds_total',
    'Cumulative user cpu time consumed in seconds.',
    all([500, 9], [50, 0.7], [15, 5], [30, 2.5]),
  )
  .counter(
    'container_cpu_system_seconds_total',
    'Cumulative system cpu time consumed in seconds.',
    all([312, 5.5], [30, 0.4], [6.25, 1.5], [10.5, 0.75]),
  )
  .counter('container_cpu_cfs_periods_total', 'Number of elapsed enforcement period intervals.', [[shop, 210, 600]])
  .counter('container_cpu_cfs_throttled_periods_total', 'Number of throttled period intervals.', [[shop, 4, 31]])
  .counter('container_cpu_cfs_throttled_seconds_total', 'Total time duration the container has been throttled.', [
    [shop, 0.2, 1.55],
  ])
  .gauge('container_file_descriptors', 'Number of open file descriptors for the container.', all([0], [0], [64, 71], [118]))
  .counter(
    'container_fs_reads_bytes_total',
    'Cumulative count of bytes read',
    on({ device: '/dev/sda' }, [9.1e8, 4096000], [2e8, 0], [1048576, 524288], [3.1e8, 2097152]),
  )
  .counter(
    'container_fs_writes_bytes_total',
    'Cumulative count of bytes written',
    on({ device: '/dev/sda' }, [7.7e8, 8192000], [1e8, 4096], [262144, 65536], [5.2e8, 6291456]),
  )
  .gauge('container_fs_limit_bytes', 'Number of bytes that can be consumed by the container on this filesystem.', [
    [{ ...root, device: '/dev/sda' }, 62671097856],
    [{ ...shop, device: '/dev/sda' }, 62671097856],
  ])
  .gauge('container_fs_usage_bytes', 'Number of bytes that are consumed by the container on this filesystem.', [
    [{ ...root, device: '/dev/sda' }, 21439311872, 21439340544],
    [{ ...shop, device: '/dev/sda' }, 53248],
  ])
  .gauge(
    'container_last_seen',
    'Last time a container was seen by the exporter',
    all([1764331261, 1764331321], [1764331261, 1764331321], [1764331261, 1764331321], [1764331261, 1764331321]),
  )
  .gauge('container_memory_cache', 'Number of bytes of page cache memory.', all([3.4e9], [8e8], [41943040], [2.9e8]))
  .gauge('container_memory_rss', 'Size of RSS in bytes.', all([1.9e9], [4e8], [118489088, 124780544], [62914560]))
  .gauge(
    'container_memory_usage_bytes',
    'Current memory usage in bytes, including all memory regardless of when it was accessed',
    all([5.3e9], [1.2e9], [163577856, 170917888], [3.5e8]),
  )
  .gauge(
    'container_memory_working_set_bytes',
    'Current working set in bytes.',
    all([2.8e9], [6e8], [129499136, 136839168], [9.4e7]),
  )
  .gauge('container_spec_memory_limit_bytes', 'Memory limit for the container.', all([0], [0], [536870912], [0]))
  .gauge('container_spec_cpu_quota', 'CPU quota of the container.', [[shop, 50000]])
  .gauge('container_spec_cpu_period', 'CPU period of the container.', [
    [shop, 100000],
    [base, 100000],
  ])
  .counter('container_network_receive_bytes_total', 'Cumulative count of bytes received', [
    [{ ...root, interface: 'eth0' }, 8.1e8, 1.2e6],
    [{ ...shop, interface: 'eth0' }, 2.2e6, 65000],
    [{ ...base, interface: 'eth0' }, 1.1e6, 31000],
  ])
  .counter('container_network_transmit_bytes_total', 'Cumulative count of bytes transmitted', [
    [{ ...root, interface: 'eth0' }, 6.5e8, 2.4e6],
    [{ ...shop, interface: 'eth0' }, 5.5e6, 190000],
    [{ ...base, interface: 'eth0' }, 2.4e6, 88000],
  ])
  .counter('container_network_receive_errors_total', 'Cumulative count of errors encountered while receiving', [
    [{ ...shop, interface: 'eth0' }, 0, 0],
  ])
  .counter(
    'container_oom_events_total',
    'Count of out of memory events observed for the container',
    all([0, 0], [0, 0], [0, 1], [0, 0]),
  )
  .gauge('container_processes', 'Number of processes running inside the container.', all([0], [0], [3], [9]))
  .gauge(
    'container_start_time_seconds',
    'Start time of the container since unix epoch in seconds.',
    all([1764200000], [1764200010], [1764331200], [1764200100]),
  )
  .gauge('container_threads', 'Number of threads running inside the container', all([0], [0], [24, 26], [9]))
  .gauge('machine_cpu_cores', 'Number of logical CPU cores.', [[{ boot_id: 'b1', machine_id: 'm1', system_uuid: 'u1' }, 4]])
  .gauge('machine_memory_bytes', 'Amount of memory installed on the machine.', [
    [{ boot_id: 'b1', machine_id: 'm1', system_uuid: 'u1' }, 16777216000],
  ])
  .gauge('machine_scrape_error', '1 if there was an error while getting machine metrics, 0 otherwise.', [[{}, 0]])

export const TEXTS = { 'nginx-vts': vts, cadvisor }
