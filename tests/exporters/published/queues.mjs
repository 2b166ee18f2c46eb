// Queues and their workers: RabbitMQ's plugin, kafka_exporter, celery-exporter, BullMQ; and sql_exporter's like for SQLite.
import { Text } from './text.mjs'

const queue = (name) => ({ vhost: '/', queue: name })
const group = { consumergroup: 'mail', topic: 'orders' }
const task = { hostname: 'worker-1', name: 'shop.tasks.mail', queue_name: 'celery' }

export const TEXTS = {
  rabbitmq: new Text('rabbitmq_prometheus 3.13, GET /metrics/per-object')
    .gauge(
      'rabbitmq_build_info',
      'RabbitMQ & Erlang/OTP version info',
      [[{ rabbitmq_version: '3.13.2', erlang_version: '26.2' }, 1]],
      'untyped',
    )
    .gauge('rabbitmq_connections', 'Connections currently open', [[{}, 4, 5]])
    .gauge('rabbitmq_process_open_fds', 'Open file descriptors', [[{}, 61, 64]])
    .gauge('rabbitmq_process_max_fds', 'Open file descriptors limit', [[{}, 1048576]])
    .gauge('rabbitmq_process_resident_memory_bytes', 'Memory used in bytes', [[{}, 139460608, 141557760]])
    .gauge('rabbitmq_resident_memory_limit_bytes', 'Memory high watermark in bytes', [[{}, 6710886400]])
    .gauge('rabbitmq_disk_space_available_bytes', 'Disk space available in bytes', [[{}, 41231785984]])
    .counter('rabbitmq_global_messages_received_total', 'Total number of messages received from publishers', [
      [{ protocol: 'amqp091' }, 40, 120],
    ])
    .counter('rabbitmq_global_messages_delivered_total', 'Total number of messages delivered to consumers', [
      [{ protocol: 'amqp091', queue_type: 'rabbit_classic_queue' }, 38, 111],
    ])
    .gauge('rabbitmq_queue_messages_ready', 'Messages ready to be delivered to consumers', [
      [queue('mail'), 2, 9],
      [queue('audit'), 0, 2],
    ])
    .gauge('rabbitmq_queue_messages_unacked', 'Messages delivered to consumers but not yet acknowledged', [
      [queue('mail'), 1, 3],
      [queue('audit'), 0],
    ])
    .gauge('rabbitmq_queue_messages', 'Sum of ready and unacknowledged messages - total queue depth', [
      [queue('mail'), 3, 12],
      [queue('audit'), 0, 2],
    ])
    .gauge('rabbitmq_queue_consumers', 'Consumers on a queue', [
      [queue('mail'), 2],
      [queue('audit'), 1],
    ]),
  'kafka-exporter': new Text('kafka_exporter 1.7')
    .gauge('kafka_brokers', 'Number of Brokers in the Kafka Cluster.', [[{}, 3]])
    .gauge('kafka_consumergroup_current_offset', 'Current Offset of a ConsumerGroup at Topic/Partition', [
      [{ ...group, partition: 0 }, 1000, 1061],
      [{ ...group, partition: 1 }, 990, 1040],
    ])
    .gauge('kafka_consumergroup_lag', 'Current Approximate Lag of a ConsumerGroup at Topic/Partition', [
      [{ ...group, partition: 0 }, 2, 11],
      [{ ...group, partition: 1 }, 0, 4],
    ])
    .gauge('kafka_consumergroup_lag_sum', 'Current Approximate Lag of a ConsumerGroup at Topic for all partitions', [
      [group, 2, 15],
    ])
    .gauge('kafka_consumergroup_members', 'Amount of members in a consumer group', [[{ consumergroup: 'mail' }, 2]])
    .gauge('kafka_topic_partition_current_offset', 'Current Offset of a Broker at Topic/Partition', [
      [{ partition: 0, topic: 'orders' }, 1002, 1072],
      [{ partition: 1, topic: 'orders' }, 990, 1044],
    ])
    .gauge('kafka_topic_partitions', 'Number of partitions for this Topic', [[{ topic: 'orders' }, 2]]),
  'celery-exporter': new Text('celery-exporter 0.10')
    .counter('celery_task_sent_total', 'Sent when a task message is published.', [[task, 4, 14]])
    .counter('celery_task_received_total', 'Sent when the worker receives a task.', [[task, 4, 13]])
    .counter('celery_task_started_total', 'Sent just before the worker executes the task.', [[task, 4, 13]])
    .counter('celery_task_succeeded_total', 'Sent if the task executed successfully.', [[task, 3, 10]])
    .counter('celery_task_failed_total', 'Sent if the execution of the task failed.', [
      [{ ...task, exception: 'SMTPException' }, 1, 2],
    ])
    .counter('celery_task_retried_total', 'Sent if the task failed, but will be retried in the future.', [
      [{ ...task, exception: 'SMTPException' }, 0, 1],
    ])
    .histogram(
      'celery_task_runtime',
      'Histogram of task runtime measurements.',
      [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
      [[task, 3, 10, 0.4]],
    )
    .gauge('celery_worker_up', 'Indicates if a worker has recently sent a heartbeat.', [[{ hostname: 'worker-1' }, 1]])
    .gauge('celery_worker_tasks_active', 'The number of tasks the worker is currently processing', [
      [{ hostname: 'worker-1' }, 1, 2],
    ])
    .gauge('celery_queue_length', 'The number of message in broker queue.', [[{ queue_name: 'celery' }, 0, 5]])
    .gauge('celery_active_worker_count', 'The number of active workers in broker queue.', [[{ queue_name: 'celery' }, 1]]),
  bullmq: new Text('BullMQ 5, queue.exportPrometheusMetrics()').gauge(
    'bullmq_job_count',
    'Number of jobs in the queue by state',
    [
      ['active', 1, 2],
      ['completed', 20, 61],
      ['delayed', 0, 1],
      ['failed', 1, 4],
      ['paused', 0, 0],
      ['prioritized', 0, 0],
      ['waiting', 2, 7],
      ['waiting-children', 0, 0],
    ].map(([state, ...values]) => [{ queue: 'mail', state }, ...values]),
  ),
}
