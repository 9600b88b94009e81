package starling.router.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.link.Credentials;
import starling.link.LinkException;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.Timing;
import starling.link.frame.ElementType;
import starling.link.frame.FrameLimits;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.PahoTransport;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.models.command.Program;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.models.plan.fixture.TinyBundles;
import starling.router.broker.BrokerLimits;
import starling.router.broker.PasswordFile;
import starling.router.client.FleetClient;
import starling.router.client.InferCommand;
import starling.router.client.Reply;
import starling.router.fixture.Await;
import starling.router.fixture.SimulatedWorker;
import starling.router.inference.FillPolicy;

class OwnBrokerTest {
    private static final String FLEET = "barn";

    @TempDir
    Path folder;

    private final Topics topics = new Topics(FLEET);
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

    private Path users() throws IOException {
        Path file = folder.resolve("users.passwd");
        PasswordFile users = PasswordFile.readForChange(file);
        for (String user : List.of("worker-0", "worker-1", "anna")) {
            users = users.with(user, ("pw-" + user).getBytes(StandardCharsets.UTF_8));
        }
        users.write(file);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        return file;
    }

    private OwnBroker broker(Bundle bundle, @Nullable Path users, boolean anonymous) {
        RouterConfig config = new RouterConfig(
                null, null, null, null, null, null, users, null, null, null, null, anonymous, null, null, null, null,
                null, null, null);
        return keep(OwnBroker.start(config, new HostAndPort("127.0.0.1", 0), FLEET, bundle.plan(), 16));
    }

    private RouterServer fleet(Bundle bundle, OwnBroker own, IntFunction<@Nullable Credentials> credentials) {
        ServeSettings settings = new ServeSettings(
                bundle, FLEET, 20_000, FillPolicy.ZERO, 16, 0, ElementType.FLOAT32, null, ServeSettings.HEARTBEAT);
        RouterServer server =
                keep(RouterServer.start(settings, new PahoTransport(own.address(), own.trust()), own.credentials()));
        for (int k = 0; k < 2; k++) {
            keep(new SimulatedWorker(bundle, k, new PahoTransport(own.address()), topics, 1 + k)
                    .start(credentials.apply(k)));
        }
        Await.until("the fleet is ready", () -> server.view().reasons().isEmpty());
        return server;
    }

    private static Credentials user(String name) {
        return new Credentials(name, "pw-" + name);
    }

    private PahoTransport connected(BrokerAddress address, String user) {
        PahoTransport transport = keep(new PahoTransport(address));
        transport.connect(SessionSettings.of(user)
                .withCredentials(user(user))
                .withTiming(Timing.DEFAULT.withConnectDeadline(Duration.ofSeconds(20))));
        return transport;
    }

    @Test
    void everySubscriptionHasRoomForAllThatMayWaitForIt() {
        Plan plan = TinyBundles.write(folder.resolve("bundle"), 4, TinyBundles.Kind.ACTIVATIONS, 3)
                .plan();
        BrokerLimits tight = new BrokerLimits(8192, 10, 5, 60, 10, 5, 8192, 16, 8192);
        BrokerLimits limits = OwnBroker.limits(tight, plan, 100);
        // Three workers send to each of the others in each of three rounds.
        assertTrue(limits.queuedMessages() >= 100 * 9, limits.toString());
        long octets = 0;
        for (Plan.Exchange exchange : plan.exchanges()) {
            for (Plan.Link link : exchange.links()) {
                octets += link.to() == 0 ? link.bytes() : 0;
            }
        }
        assertTrue(limits.queuedBytes() >= 100 * octets, limits.toString());
        assertTrue(
                limits.totalBytes()
                        >= 100 * (plan.account().bytes() + 4 * plan.account().inputValues()),
                limits.toString());
        assertEquals(8192, limits.packetBytes());
        assertEquals(BrokerLimits.standard(), OwnBroker.limits(BrokerLimits.standard(), plan, 1));
    }

    @Test
    void theRoutersQueueHasRoomForTheInputsOfAllWorkers() {
        Bundle bundle = TinyBundles.write(folder.resolve("wide"), 4, TinyBundles.Kind.ACTIVATIONS, 3, 2000, 8, 6, 4);
        ServeSettings settings = new ServeSettings(
                bundle, FLEET, 20_000, FillPolicy.ZERO, 4096, 0, ElementType.FLOAT32, null, ServeSettings.HEARTBEAT);
        assertTrue(settings.limits().maxQueuedBytes()
                >= 4096L * 4 * bundle.plan().account().inputValues());
        assertTrue(settings.limits().maxQueuedMessages() >= 4096 * 5);
    }

    @Test
    void workersAndClientsWithPasswordsAreServedAndNobodyElse() throws Exception {
        Bundle bundle = TinyBundles.write(folder.resolve("bundle"), 2, TinyBundles.Kind.ACTIVATIONS, 3);
        OwnBroker own = broker(bundle, users(), false);
        RouterServer server = fleet(bundle, own, k -> user("worker-" + k));
        assertTrue(server.view().reasons().isEmpty());
        PahoTransport anna = connected(own.address(), "anna");
        FleetClient client = keep(new FleetClient(
                anna, topics, new Role.Client("anna"), FrameLimits.DEFAULT, 20_000, ServeSettings.HEARTBEAT, 4));
        client.begin().join();
        client.awaitRouter(Duration.ofSeconds(20));
        float[] input = TinyBundles.samples(bundle.plan(), 1, 3);
        Reply reply = client.ask(input).join();
        assertTrue(reply.complete(), String.valueOf(reply.note()));

        PahoTransport worker = connected(own.address(), "anna");
        assertThrows(
                Exception.class,
                () -> worker.publish(topics.answer(new Role.Worker(0)), new byte[64], Qos.AT_LEAST_ONCE, false)
                        .join(),
                "a client must not answer for a worker");
        for (Credentials wrong :
                new Credentials[] {new Credentials("anna", "guess"), new Credentials("bob", "pw-bob")}) {
            PahoTransport refused = keep(new PahoTransport(own.address()));
            LinkException e = assertThrows(
                    LinkException.class,
                    () -> refused.connect(SessionSettings.of(wrong.user()).withCredentials(wrong)));
            assertEquals(LinkException.Reason.CREDENTIALS, e.reason());
        }
        PahoTransport anonymous = keep(new PahoTransport(own.address()));
        assertThrows(LinkException.class, () -> anonymous.connect(SessionSettings.of("worker-0")));
    }

    @Test
    void aClientThatMayNotHearRepliesIsToldSo() throws Exception {
        Bundle bundle = TinyBundles.write(folder.resolve("bundle"), 2, TinyBundles.Kind.ACTIVATIONS, 3);
        OwnBroker own = broker(bundle, users(), false);
        Path secret = folder.resolve("anna");
        Files.writeString(secret, "user=anna\npassword=pw-anna\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        PrintStream before = System.err;
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        int code;
        try {
            code = Program.run(
                    new InferCommand(),
                    List.of(LinkException.class),
                    "--fleet",
                    FLEET,
                    "--broker",
                    own.address().toString(),
                    "--credentials",
                    secret.toString(),
                    "--name",
                    "bob",
                    "--data",
                    "builtin:mnist,limit=1");
        } finally {
            System.setErr(before);
        }
        String said = err.toString(StandardCharsets.UTF_8);
        assertEquals(1, code, said);
        assertTrue(said.contains("infer: the broker") && !said.contains("unexpected"), said);
    }

    @Test
    void whereEverybodyIsLetInAFleetNeedsNoPasswords() throws Exception {
        Bundle bundle = TinyBundles.write(folder.resolve("bundle"), 2, TinyBundles.Kind.ACTIVATIONS, 3);
        OwnBroker own = broker(bundle, null, true);
        RouterServer server = fleet(bundle, own, k -> null);
        PahoTransport guest = keep(new PahoTransport(own.address()));
        guest.connect(SessionSettings.of(topics, new Role.Client("guest-17"), "life"));
        FleetClient client = keep(new FleetClient(
                guest, topics, new Role.Client("guest-17"), FrameLimits.DEFAULT, 20_000, ServeSettings.HEARTBEAT, 4));
        client.begin().join();
        client.awaitRouter(Duration.ofSeconds(20));
        Reply reply = client.ask(TinyBundles.samples(bundle.plan(), 1, 3)).join();
        assertTrue(reply.complete(), String.valueOf(reply.note()));
        assertEquals(1, server.metrics().answers("complete"));

        PahoTransport impostor = keep(new PahoTransport(own.address()));
        assertThrows(
                LinkException.class,
                () -> impostor.connect(SessionSettings.of("router")),
                "the router's name is not for everybody");
    }
}
