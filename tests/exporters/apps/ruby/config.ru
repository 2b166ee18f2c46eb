# Rack on Puma with GitLab's prometheus-client-mmap, its collector and its exporter, set up as its README does.
require "prometheus/client"
require "prometheus/client/rack/collector"
require "prometheus/client/rack/exporter"

use Prometheus::Client::Rack::Collector
use Prometheus::Client::Rack::Exporter

run(lambda do |env|
  status =
    case [env["REQUEST_METHOD"], env["PATH_INFO"]]
    in ["GET", %r{\A/items/(\d+)\z}]
      id = Integer(env["PATH_INFO"].split("/").last)
      sleep(0.003 * id) if id <= 100
      id <= 100 ? 200 : 404
    in ["POST", "/items"] then 201
    in ["GET", "/invalid"] then 400
    in ["GET", "/slow"]
      sleep(0.3)
      200
    in ["GET", "/fail"] then 500
    else 404
    end
  [status, { "content-type" => "text/plain" }, [""]]
end)
