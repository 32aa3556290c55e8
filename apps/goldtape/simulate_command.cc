#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/format.h>
#include <pthread.h>

#include "command.h"
#include "goldtape/calendar/eastern_time.h"
#include "goldtape/io/clock.h"
#include "goldtape/serve/http_server.h"
#include "goldtape/simulate/generated_market.h"
#include "goldtape/simulate/lake_market.h"
#include "goldtape/simulate/simulator.h"

namespace goldtape::app {

namespace {

struct SimulateArguments {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string from_lake;
  std::uint32_t market = 0;
  std::uint64_t seed = 7;
  std::string from, to;
  std::string clock;
  double speed = 1;
  std::string trouble;
  std::string requests;
  std::string tls_certificate, tls_key;
};

/// Ctrl-C and SIGTERM, held back from every thread that is started while this lives, and waited for.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~EndSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;
  void wait() {
    int signal = 0;
    sigwait(&set_, &signal);
  }

 private:
  sigset_t set_{}, before_{};
};

Result<std::shared_ptr<const simulate::Market>> make_market(const SimulateArguments& arguments,
                                                            const lake::LakeOptions& options, Date today) {
  if (!arguments.from_lake.empty()) {
    GT_ASSIGN(auto lake, lake::Lake::open(arguments.from_lake, options));
    GT_ASSIGN(auto market, simulate::LakeMarket::open(std::move(lake)));
    return std::shared_ptr<const simulate::Market>(std::move(market));
  }
  if (arguments.market == 0) {
    return fail(ErrorKind::kUsage, 8103,
                "say which market: --market 200 makes one up, --from-lake DIR reads one");
  }
  const auto date = [](const std::string& text, Date otherwise) {
    return text.empty() ? Result<Date>(otherwise) : parse_date(text);
  };
  GT_ASSIGN(const Date to, date(arguments.to, today));
  GT_ASSIGN(const Date from, date(arguments.from, to - std::chrono::days{90}));
  GT_ASSIGN(auto market, simulate::GeneratedMarket::make(
                             {.symbols = arguments.market, .seed = arguments.seed, .from = from, .to = to}));
  return std::shared_ptr<const simulate::Market>(std::move(market));
}

/// Where the clock begins: as told; else the real time while the market lasts, and midnight in New York after
/// its last day when that has passed.
Result<Timestamp> first_instant(const SimulateArguments& arguments, const simulate::Market& market,
                                Timestamp real) {
  if (!arguments.clock.empty()) return parse_timestamp(arguments.clock);
  return std::min(
      real, calendar::eastern_to_utc(market.last_date() + std::chrono::days{1}, std::chrono::minutes{0}));
}

Result<simulate::TroubleScript> read_troubles(const std::string& path) {
  if (path.empty()) return simulate::TroubleScript{};
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorKind::kNotFound, 8105, "the trouble file cannot be read", path);
  return simulate::parse_trouble_script(std::string(std::istreambuf_iterator<char>(file), {}), path);
}

Result<simulate::SimulatorOptions> simulator_options(const SimulateArguments& arguments,
                                                     std::shared_ptr<const simulate::Market> market) {
  simulate::SimulatorOptions options{.market = std::move(market), .clock = {}};
  GT_ASSIGN(const auto start, first_instant(arguments, *options.market, options.real->now()));
  options.clock = std::make_shared<simulate::MovableClock>(options.real, start, arguments.speed);
  GT_ASSIGN(options.troubles, read_troubles(arguments.trouble));
  if (!arguments.requests.empty()) {
    GT_ASSIGN(options.log, simulate::RequestLog::create(arguments.requests));
  }
  return options;
}

Status run_simulate(Program& program, const SimulateArguments& arguments) {
  if (!(arguments.speed >= 0) || arguments.speed > simulate::kMaxClockSpeed) {
    return fail(ErrorKind::kUsage, 8104,
                fmt::format("--speed is a number from 0 to {}", simulate::kMaxClockSpeed));
  }
  GT_ASSIGN(const auto config, program.load_config());
  GT_ASSIGN(const auto lake_options, program.lake_options(config));
  const auto today = std::chrono::floor<std::chrono::days>(io::system_clock()->now());
  GT_ASSIGN(const auto market, make_market(arguments, lake_options, today));
  GT_ASSIGN(auto simulated, simulator_options(arguments, market));
  const auto clock = simulated.clock;
  simulate::Simulator simulator(std::move(simulated));
  serve::HttpServerOptions options{.host = arguments.host, .port = arguments.port};
  if (!arguments.tls_certificate.empty()) {
    options.tls = serve::TlsFiles{arguments.tls_certificate, arguments.tls_key};
  }
  EndSignals signals;
  GT_ASSIGN(const auto server, serve::HttpServer::start(std::move(options), [&](const auto& request) {
              return simulator.handle(request);
            }));
  std::cout << "listening on " << server->url() << std::endl;
  program.console().say(fmt::format(
      "{} securities from {} to {}; it is {}. Ctrl-C ends it.", count_text(market->securities().size()),
      format_date(market->first_date()), format_date(market->last_date()),
      format_timestamp(std::chrono::floor<std::chrono::seconds>(clock->now()))));
  signals.wait();
  server->stop();
  program.console().say(fmt::format("{} requests answered", count_text(simulator.counts().total())));
  return {};
}

}  // namespace

void add_simulate(Program& program) {
  auto* command = program.add(
      "simulate", "Serve made-up prices, or a lake's, as Yahoo, Alpaca, NASDAQ and Massive would",
      "  goldtape simulate --port 8090 --market 200 --seed 7 --from 2024-01-02 --to 2024-03-28\n"
      "  curl 'http://127.0.0.1:8090/yahoo/v8/finance/chart/AAPL?interval=1d&range=1mo'\n"
      "  curl http://127.0.0.1:8090/nasdaq/nasdaqlisted.txt\n"
      "  goldtape simulate --market 50 --clock 2024-02-28T14:30:00Z --speed 60 --from 2024-01-02 --to "
      "2024-03-28\n"
      "  echo '{\"trouble\": [{\"do\": \"status\", \"status\": 429, \"share\": 0.1, \"retry_after_s\": 2}]}' "
      "> "
      "bad.json\n"
      "  goldtape simulate --market 200 --trouble bad.json\n"
      "  goldtape simulate --port 8090 --from-lake demo/lake\n"
      "  curl -X POST 'http://127.0.0.1:8090/simulator/clock?now=2024-03-01T21:00:00Z&speed=0'");
  auto arguments = std::make_shared<SimulateArguments>();
  command->add_option("--host", arguments->host, "Address to listen on; 0.0.0.0 is everyone's");
  command->add_option("--port", arguments->port, "Port to listen on; 0 for one that is free");
  auto* market =
      command->add_option("--market", arguments->market, "Make up a market of so many symbols (1 to 10000)")
          ->default_str("");
  command->add_option("--from-lake", arguments->from_lake, "Show what this lake's silver tables hold")
      ->excludes(market);
  command->add_option("--seed", arguments->seed, "The same seed gives the same market, to the bit");
  command->add_option("--from", arguments->from, "First date of the market (default: 90 days before --to)");
  command->add_option("--to", arguments->to, "Last date of the market, inclusive (default: today)");
  command->add_option(
      "--clock", arguments->clock,
      "What the venues' clock shows at the start (UTC without a zone; default: the real time, "
      "or the end of the market when that has passed)");
  command->add_option("--speed", arguments->speed, "Simulated seconds a real one; 0 stands still");
  command->add_option("--trouble", arguments->trouble,
                      "What goes wrong: a JSON file, as docs/simulate.md describes it");
  command->add_option("--requests", arguments->requests,
                      "Write each request to this file, one JSON object a line");
  auto* certificate = command->add_option("--tls-certificate", arguments->tls_certificate,
                                          "Serve https with this certificate chain (PEM)");
  auto* key = command->add_option("--tls-key", arguments->tls_key, "The certificate's private key (PEM)");
  certificate->needs(key);
  key->needs(certificate);
  program.on_run(command, [&program, arguments] { return run_simulate(program, *arguments); });
}

}  // namespace goldtape::app
