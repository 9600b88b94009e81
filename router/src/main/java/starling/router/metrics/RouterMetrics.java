package starling.router.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import starling.link.frame.WorkerReport;
import starling.router.inference.Cost;
import starling.router.inference.Drop;
import starling.router.inference.InferenceListener;
import starling.router.inference.Outcome;

/**
 * Counts what happens and writes it in Prometheus' text format. All names begin with {@code starling_}:
 *
 * <pre>
 * requests_total{via="http|mqtt"}       requests that were read
 * answers_total{result}                 complete, incomplete, failed; and refused ones by reason: unfit, not_ready, busy, stopping
 * latency_seconds                       histogram, from taking an inference on to its answer; failed ones do not count
 * rounds_total                          exchanges, as the workers reported them
 * worker_sent_bytes_total{worker}       octets of EXCHANGE frames as the worker reported them; likewise worker_received_bytes_total,
 * worker_sent_frames_total{worker}      worker_compute_seconds_total and worker_wait_seconds_total
 * worker_lost_answers_total{worker}     answers that never came, by their sequence numbers
 * frames_dropped_total{reason}          received and not used
 * replies_unsent_total                  replies that the broker or the send queue did not take
 * </pre>
 *
 * <p>and the gauges that {@link #gauge} adds. Thread-safe.
 */
public final class RouterMetrics implements InferenceListener {
    private static final double[] BOUNDS = {
        0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10
    };
    private static final double MICROS = 1e-6;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter requests = counter("requests", "Requests that were read.", "via");
    private final Counter answers = counter("answers", "What became of requests.", "result");
    private final Counter dropped = counter("frames_dropped", "Frames received and not used.", "reason");
    private final Counter rounds = counter("rounds", "Exchanges, as workers reported them.");
    private final Counter unsent = counter("replies_unsent", "Replies that could not be sent.");
    private final Histogram latency = Histogram.builder()
            .name("starling_latency_seconds")
            .help("From taking an inference on to its answer.")
            .classicOnly()
            .classicUpperBounds(BOUNDS)
            .register(registry);
    private final List<CounterDataPoint> sentBytes;
    private final List<CounterDataPoint> receivedBytes;
    private final List<CounterDataPoint> sentFrames;
    private final List<CounterDataPoint> compute;
    private final List<CounterDataPoint> waited;
    private final List<CounterDataPoint> lost;

    public RouterMetrics(int workers) {
        sentBytes = perWorker("worker_sent_bytes", "Octets of EXCHANGE frames sent.", workers);
        receivedBytes = perWorker("worker_received_bytes", "Octets of EXCHANGE frames used.", workers);
        sentFrames = perWorker("worker_sent_frames", "EXCHANGE frames sent.", workers);
        compute = perWorker("worker_compute_seconds", "Time the worker's stages ran.", workers);
        waited = perWorker("worker_wait_seconds", "Time the worker waited for frames.", workers);
        lost = perWorker("worker_lost_answers", "Answers lost on the way.", workers);
        for (String via : List.of("http", "mqtt")) {
            requests.initLabelValues(via);
        }
        for (String result : List.of("complete", "incomplete", "failed")) {
            answers.initLabelValues(result);
        }
        for (Outcome.Why why : Outcome.Why.values()) {
            answers.initLabelValues(why.word());
        }
        for (Drop why : Drop.values()) {
            dropped.initLabelValues(why.word());
        }
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder()
                .name("starling_" + name)
                .help(help)
                .labelNames(labels)
                .withoutExemplars()
                .register(registry);
    }

    private List<CounterDataPoint> perWorker(String name, String help, int workers) {
        Counter counter = counter(name, help, "worker");
        List<CounterDataPoint> points = new ArrayList<>();
        for (int k = 0; k < workers; k++) {
            points.add(counter.labelValues(Integer.toString(k)));
        }
        return points;
    }

    /** Adds {@code starling_NAME}, asked for at each scrape. */
    public void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name("starling_" + name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    /** A request was read. */
    public void requested(String via) {
        requests.labelValues(via).inc();
    }

    /** A reply could not be sent. */
    public void unsent() {
        unsent.inc();
    }

    @Override
    public void ended(Outcome outcome) {
        if (outcome instanceof Outcome.Answer answer) {
            answers.labelValues(answer.complete() ? "complete" : "incomplete").inc();
            latency.observe(answer.latencyNanos() * 1e-9);
            Cost cost = answer.cost();
            if (cost != null) {
                rounds.inc(cost.rounds());
            }
        } else if (outcome instanceof Outcome.Refusal refusal) {
            answers.labelValues(refusal.why().word()).inc();
        } else {
            answers.labelValues("failed").inc();
        }
    }

    @Override
    public void reported(int worker, WorkerReport report) {
        sentBytes.get(worker).inc(report.sentBytes());
        receivedBytes.get(worker).inc(report.receivedBytes());
        sentFrames.get(worker).inc(report.sentFrames());
        compute.get(worker).inc(report.computeMicros() * MICROS);
        waited.get(worker).inc(report.waitMicros() * MICROS);
    }

    @Override
    public void dropped(Drop why) {
        dropped.labelValues(why.word()).inc();
    }

    @Override
    public void lost(int worker, long frames) {
        lost.get(worker).inc(frames);
    }

    /** How many of {@code starling_answers_total} have this result. */
    public long answers(String result) {
        return answers.labelValues(result).getLongValue();
    }

    /** The media type of {@link #text}. */
    public static String contentType() {
        return PrometheusTextFormatWriter.CONTENT_TYPE;
    }

    /** All of it, in UTF-8. */
    public byte[] text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(8192);
        try {
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array takes everything", e);
        }
        return out.toByteArray();
    }
}
