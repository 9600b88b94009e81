package starling.router.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.link.Credentials;
import starling.link.LinkException;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.frame.ElementType;
import starling.link.frame.PlanHash;
import starling.link.memory.InMemoryBroker;
import starling.link.memory.InMemoryTransport;
import starling.link.presence.Presence;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.UnfitException;
import starling.models.plan.Bundle;
import starling.models.plan.fixture.TinyBundles;
import starling.router.fixture.Await;
import starling.router.fixture.SimulatedWorker;
import starling.router.inference.FillPolicy;

class RouterServerTest {
    private static final long FAR_FUTURE = 9_000_000_000_000L;

    @TempDir
    Path folder;

    private final Topics topics = new Topics("f");
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private <T extends AutoCloseable> T keep(T resource) {
        open.add(resource);
        return resource;
    }

    private ServeSettings settings(Bundle bundle, @Nullable InetSocketAddress http) {
        return new ServeSettings(
                bundle, "f", 20_000, FillPolicy.ZERO, 16, 0, ElementType.FLOAT32, http, SimulatedWorker.HEARTBEAT);
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private Bundle bundle() {
        return TinyBundles.write(folder.resolve("bundle"), 2, TinyBundles.Kind.ACTIVATIONS, 3);
    }

    private ConcurrentLinkedQueue<Presence> routerPresences(InMemoryBroker broker) {
        var heard = new ConcurrentLinkedQueue<Presence>();
        InMemoryTransport ear = keep(broker.newTransport());
        ear.connect(SessionSettings.of("ear"));
        ear.subscribe(topics.routerPresence(), message -> heard.add(Presence.parse(message.payload())))
                .join();
        return heard;
    }

    @Test
    void aWholeRouterServesRestartsWithAHigherEpochAndSaysGoodBye() throws Exception {
        InMemoryBroker broker = keep(new InMemoryBroker());
        Bundle bundle = bundle();
        InMemoryTransport before = keep(broker.newTransport());
        before.connect(SessionSettings.of("before"));
        Presence old = new Presence(
                "router", "old", 1, 0, Presence.Status.GONE, 0, new PlanHash(4, 4), FAR_FUTURE, "0.0", false);
        before.publish(topics.routerPresence(), old.toJson(), Qos.AT_LEAST_ONCE, true)
                .join();
        ConcurrentLinkedQueue<Presence> heard = routerPresences(broker);

        RouterServer first = RouterServer.start(settings(bundle, anyPort()), broker.newTransport(), null);
        assertEquals(
                FAR_FUTURE + 1, first.epoch(), "above the epoch that was announced before, whatever the clock says");
        for (int k = 0; k < 2; k++) {
            keep(new SimulatedWorker(bundle, k, broker.newTransport(), topics, 1).start());
        }
        Await.until("the fleet is ready", () -> first.view().reasons().isEmpty());
        float[] input = TinyBundles.samples(bundle.plan(), 1, 3);
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create(first.httpUri() + "/v1/infer"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"input\":" + Arrays.toString(input) + "}"))
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        assertEquals(200, response.statusCode(), response.body());
        assertEquals(1, first.metrics().answers("complete"));
        String metrics = client.send(
                        HttpRequest.newBuilder(URI.create(first.httpUri() + "/metrics"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
        for (String line : List.of(
                "starling_workers_expected 2.0",
                "starling_workers_present 2.0",
                "starling_workers_ready 2.0",
                "starling_ready 1.0")) {
            assertTrue(metrics.contains("\n" + line + "\n"), metrics);
        }
        Presence announced = heard.stream()
                .filter(presence -> presence.status() == Presence.Status.READY)
                .findFirst()
                .orElseThrow();
        assertEquals(FAR_FUTURE + 1, announced.epoch());
        assertEquals(PlanHash.ofDigest(bundle.planHash()), announced.plan());

        first.close();
        assertNotNull(first.ended().join());
        Await.until("good-bye is said", () -> heard.stream()
                .anyMatch(presence -> presence.status() == Presence.Status.GONE
                        && !presence.instance().equals("old")));

        try (RouterServer second = RouterServer.start(settings(bundle, null), broker.newTransport(), null)) {
            assertEquals(FAR_FUTURE + 2, second.epoch());
            assertNull(second.httpUri());
            Await.until(
                    "the workers are still there", () -> second.view().reasons().isEmpty());
        }
    }

    @Test
    void withoutAnEarlierRouterTheEpochIsTheClock() {
        InMemoryBroker broker = keep(new InMemoryBroker());
        long now = System.currentTimeMillis();
        RouterServer server = keep(RouterServer.start(settings(bundle(), null), broker.newTransport(), null));
        assertTrue(server.epoch() >= now && server.epoch() < now + 60_000, server.epoch() + " at " + now);
    }

    @Test
    void itsRightsAreEnough() {
        InMemoryBroker broker =
                keep(new InMemoryBroker(Map.of("router", "secret"), user -> topics.rights(new Role.Router())));
        RouterServer server = keep(RouterServer.start(
                settings(bundle(), null), broker.newTransport(), new Credentials("router", "secret")));
        assertEquals(2, server.view().workers().size());
    }

    @Test
    void aWrongPasswordEndsTheStart() {
        InMemoryBroker broker =
                keep(new InMemoryBroker(Map.of("router", "secret"), user -> topics.rights(new Role.Router())));
        Bundle bundle = bundle();
        LinkException e = assertThrows(
                LinkException.class,
                () -> RouterServer.start(
                        settings(bundle, null), broker.newTransport(), new Credentials("router", "wrong")));
        assertEquals(LinkException.Reason.CREDENTIALS, e.reason());
    }

    @Test
    void aTakenPortIsNamedAndNothingIsLeftBehind() throws IOException {
        InMemoryBroker broker = keep(new InMemoryBroker());
        ConcurrentLinkedQueue<Presence> heard = routerPresences(broker);
        Bundle bundle = bundle();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = (InetSocketAddress) taken.getLocalSocketAddress();
            InMemoryTransport transport = broker.newTransport();
            UnfitException e = assertThrows(
                    UnfitException.class, () -> RouterServer.start(settings(bundle, address), transport, null));
            assertTrue(String.valueOf(e.getMessage()).contains(":" + address.getPort()), e.getMessage());
            assertTrue(transport.state().isFinal());
            assertTrue(heard.stream().noneMatch(presence -> presence.status() == Presence.Status.READY));
        }
    }

    @Test
    void aSecondRouterStopsTheFirst() {
        InMemoryBroker broker = keep(new InMemoryBroker());
        Bundle bundle = bundle();
        RouterServer first = keep(RouterServer.start(settings(bundle, null), broker.newTransport(), null));
        RouterServer second = keep(RouterServer.start(settings(bundle, null), broker.newTransport(), null));
        assertTrue(Objects.requireNonNull(first.ended().join()).contains("another program"));
        assertTrue(second.epoch() > first.epoch());
        assertTrue(!second.ended().isDone());
    }
}
