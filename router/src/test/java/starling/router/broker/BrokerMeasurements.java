package starling.router.broker;

import java.util.Arrays;
import java.util.Locale;

/**
 * Prints what the embedded broker costs: start time, heap at rest, and the round trip of QoS 1 messages between two
 * clients, p50 and p95. With a broker's address as argument it measures the round trip there instead, as an anonymous
 * client. Run by hand; it asserts nothing.
 */
final class BrokerMeasurements {

    private static final int WARM_UP = 3000;
    private static final int ROUNDS = 5000;

    private BrokerMeasurements() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            for (int bytes : new int[] {64, 464, 8192}) {
                roundTrips(arguments[0], bytes);
            }
            return;
        }
        BrokerSettings settings = BrokerSettings.closed().withAnonymous(true);
        for (int run = 0; run < 3; run++) {
            long begin = System.nanoTime();
            EmbeddedBroker broker = EmbeddedBroker.start(settings);
            long started = System.nanoTime();
            broker.close();
            System.out.printf(
                    Locale.ROOT,
                    "start %.0f ms, stop %.0f ms%n",
                    (started - begin) / 1e6,
                    (System.nanoTime() - started) / 1e6);
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(settings)) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            System.out.printf(
                    Locale.ROOT,
                    "heap at rest %.1f MiB, threads %d%n",
                    (runtime.totalMemory() - runtime.freeMemory()) / 1048576.0,
                    Thread.activeCount());
            for (int bytes : new int[] {64, 464, 8192}) {
                roundTrips(broker.uri(), bytes);
            }
        }
    }

    private static void roundTrips(String uri, int bytes) throws Exception {
        try (TestClient left = new TestClient(uri, "left");
                TestClient right = new TestClient(uri, "right")) {
            left.connect();
            right.connect();
            left.subscribe("starling/measure/left", 1);
            right.subscribe("starling/measure/right", 1);
            Thread echo = new Thread(() -> {
                try {
                    while (true) {
                        byte[] payload = right.received.take().payload();
                        right.paho.publish("starling/measure/left", payload, 1, false);
                    }
                } catch (Exception e) {
                    return; // the measurement is over
                }
            });
            echo.setDaemon(true);
            echo.start();
            byte[] payload = new byte[bytes];
            long[] nanos = new long[ROUNDS];
            for (int i = -WARM_UP; i < ROUNDS; i++) {
                long begin = System.nanoTime();
                left.paho.publish("starling/measure/right", payload, 1, false);
                left.received.take();
                if (i >= 0) {
                    nanos[i] = System.nanoTime() - begin;
                }
            }
            echo.interrupt();
            Arrays.sort(nanos);
            System.out.printf(
                    Locale.ROOT,
                    "%s: round trip of %d bytes, QoS 1: p50 %.3f ms, p95 %.3f ms%n",
                    uri,
                    bytes,
                    nanos[ROUNDS / 2] / 1e6,
                    nanos[ROUNDS * 95 / 100] / 1e6);
        }
    }
}
