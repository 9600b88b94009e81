package starling.router.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import starling.link.LinkState;
import starling.link.Transport;
import starling.link.frame.PlanHash;
import starling.link.presence.Presence;
import starling.models.plan.Plan;
import starling.models.run.Decision;
import starling.router.fleet.FleetView;
import starling.router.fleet.WorkerStatus;
import starling.router.inference.Cost;
import starling.router.inference.Dispatcher;
import starling.router.inference.InputShapes;
import starling.router.inference.Outcome;
import starling.router.metrics.RouterMetrics;
import starling.router.request.ReplyNote;

/**
 * What is served over HTTP, without the sockets:
 *
 * <pre>
 * POST /v1/infer   one inference; see {@link InferBody} for what is read and docs/HTTP.md for what is written
 * GET  /v1/fleet   who is expected, who is there, what is planned
 * GET  /readyz     200 when all workers are ready, else 503 with the reasons
 * GET  /healthz    200 as long as the router can recover by itself, else 503 with the reason
 * GET  /metrics    Prometheus text
 * </pre>
 */
public final class Pages {
    private static final int PER_MILLI = 1_000_000;

    /** Octets of a body, not more than a limit. */
    interface Body {
        byte[] read(long limit) throws BadRequestException;
    }

    /** A path. */
    record Route(boolean takesBody, Supplier<Page> page) {}

    /**
     * A response.
     *
     * @param json its content, or null when it is {@code text}
     */
    // Made, written and forgotten; nobody compares two of them.
    @SuppressWarnings("ArrayRecordComponent")
    record Page(int status, @Nullable Map<String, ?> json, byte[] text, String type, Map<String, String> headers) {
        static Page of(int status, Map<String, ?> json) {
            return new Page(status, json, new byte[0], "application/json", Map.of());
        }

        static Page error(int status, String sentence) {
            return of(status, Map.of("error", sentence));
        }

        Page withHeader(String name, String value) {
            return new Page(status, json, text, type, Map.of(name, value));
        }
    }

    private final Dispatcher dispatcher;
    private final FleetView fleet;
    private final Transport transport;
    private final RouterMetrics metrics;
    private final Map<String, Object> identity;
    private final Map<String, Route> routes = new LinkedHashMap<>();

    /**
     * The pages of one router.
     *
     * @param fleetName the fleet it serves
     * @param hash its plan
     * @param epoch its epoch
     */
    public Pages(
            Dispatcher dispatcher,
            FleetView fleet,
            Transport transport,
            RouterMetrics metrics,
            String fleetName,
            PlanHash hash,
            long epoch) {
        this.dispatcher = dispatcher;
        this.fleet = fleet;
        this.transport = transport;
        this.metrics = metrics;
        identity = new LinkedHashMap<>();
        identity.put("fleet", fleetName);
        identity.put("model", dispatcher.plan().modelName());
        identity.put("plan", hash.toString());
        identity.put("epoch", epoch);
        routes.put("/v1/infer", new Route(true, () -> Page.error(405, "the method must be POST")));
        routes.put("/v1/fleet", new Route(false, this::fleet));
        routes.put("/readyz", new Route(false, this::ready));
        routes.put("/healthz", new Route(false, this::healthy));
        routes.put(
                "/metrics",
                new Route(false, () -> new Page(200, null, metrics.text(), RouterMetrics.contentType(), Map.of())));
    }

    @Nullable
    Route route(String path) {
        return routes.get(path);
    }

    List<String> paths() {
        return List.copyOf(routes.keySet());
    }

    private Page ready() {
        List<String> reasons = fleet.reasons();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("ready", reasons.isEmpty());
        json.put("reasons", reasons);
        return Page.of(reasons.isEmpty() ? 200 : 503, json);
    }

    private Page healthy() {
        LinkState link = transport.state();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("alive", !link.isFinal());
        json.put(
                "reasons",
                link.isFinal() ? List.of("the link to the broker has ended for good: it is " + link) : List.of());
        return Page.of(link.isFinal() ? 503 : 200, json);
    }

    private Page fleet() {
        Plan plan = dispatcher.plan();
        Map<String, Object> json = new LinkedHashMap<>(identity);
        json.put("link", transport.state().name().toLowerCase(Locale.ROOT));
        json.put("ready", fleet.reasons().isEmpty());
        json.put("reasons", fleet.reasons());
        json.put("inFlight", dispatcher.inFlight());
        json.put("planned", new Cost(plan.account().values(), plan.account().bytes(), plan.rounds()));
        List<Map<String, Object>> workers = new ArrayList<>();
        for (WorkerStatus status : fleet.workers()) {
            Map<String, Object> worker = new LinkedHashMap<>();
            Presence last = status.last();
            worker.put("worker", status.worker());
            worker.put("state", status.state().word());
            worker.put("plan", last == null ? null : last.plan().toString());
            worker.put("version", last == null ? null : last.version());
            worker.put("instance", last == null ? null : last.instance());
            worker.put("localSource", last == null ? null : last.localSource());
            worker.put("inputValues", plan.parts().get(status.worker()).inputValues());
            worker.put("outputValues", plan.parts().get(status.worker()).outputValues());
            workers.add(worker);
        }
        json.put("workers", workers);
        return Page.of(200, json);
    }

    Page infer(@Nullable String contentType, Body body) throws BadRequestException {
        Plan plan = dispatcher.plan();
        int elements = plan.inputElements();
        InferBody.Type type = InferBody.Type.of(contentType);
        InferBody read = InferBody.read(type, body.read(type.limit(elements)), elements, InputShapes.text(plan));
        metrics.requested("http");
        Outcome outcome;
        try {
            outcome = dispatcher.submit(read.input()).join();
        } catch (CompletionException | CancellationException e) {
            throw new IllegalStateException("an inference always ends with an outcome", e);
        }
        if (outcome instanceof Outcome.Answer answer) {
            return Page.of(200, answered(answer));
        }
        if (outcome instanceof Outcome.Failure failure) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("error", failure.sentence());
            json.put("missing", failure.missing());
            json.put("latencyMs", millis(failure.latencyNanos()));
            json.put("workers", ReplyNote.workers(failure.reports()));
            return Page.of(502, json);
        }
        return refused((Outcome.Refusal) outcome);
    }

    private Page refused(Outcome.Refusal refusal) {
        return switch (refusal.why()) {
            case UNFIT -> Page.error(400, refusal.sentence());
            case BUSY -> Page.error(429, refusal.sentence()).withHeader("Retry-After", "1");
            case STOPPING -> Page.error(503, refusal.sentence());
            case NOT_READY -> {
                Map<String, Object> json = new LinkedHashMap<>();
                json.put("error", refusal.sentence());
                json.put("missing", fleet.missing());
                yield Page.of(503, json).withHeader("Retry-After", "1");
            }
        };
    }

    private Map<String, Object> answered(Outcome.Answer answer) {
        Plan plan = dispatcher.plan();
        Cost cost = answer.cost();
        Map<String, Object> outputs = new LinkedHashMap<>();
        answer.outputs().forEach((name, values) -> outputs.put(name, numbers(values)));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("outputs", outputs);
        json.put("class", Decision.of(answer.outputs().values().iterator().next()));
        json.put("complete", answer.complete());
        json.put("missing", answer.missing());
        json.put("latencyMs", millis(answer.latencyNanos()));
        json.put("rounds", cost == null ? null : cost.rounds());
        json.put("values", cost == null ? null : cost.values());
        json.put("bytes", cost == null ? null : cost.bytes());
        json.put("planned", new Cost(plan.account().values(), plan.account().bytes(), plan.rounds()));
        json.put("workers", ReplyNote.workers(answer.reports()));
        return json;
    }

    /** JSON has no NaN and no infinity: null stands for them. */
    private static Object numbers(float[] values) {
        boolean finite = true;
        for (float value : values) {
            finite &= Float.isFinite(value);
        }
        if (finite) {
            return values;
        }
        List<@Nullable Float> list = new ArrayList<>();
        for (float value : values) {
            list.add(Float.isFinite(value) ? value : null);
        }
        return list;
    }

    private static double millis(long nanos) {
        return Math.round(nanos / 1000.0) / (PER_MILLI / 1000.0);
    }
}
