package starling.router.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import starling.link.Credentials;
import starling.link.LinkException;
import starling.link.Transport;
import starling.link.frame.ElementType;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.CredentialsFile;
import starling.link.mqtt.PahoTransport;
import starling.link.mqtt.TlsSettings;
import starling.link.topic.Name;
import starling.models.UnfitException;
import starling.models.command.Program;
import starling.models.plan.Bundle;
import starling.router.inference.FillPolicy;

/** {@code router serve}. */
@Command(
        name = "serve",
        description = "Runs a fleet's router: broker, requests and answers over MQTT and HTTP, readiness, metrics.",
        mixinStandardHelpOptions = true,
        versionProvider = Program.Version.class,
        sortOptions = false,
        footerHeading = "%nAsking over HTTP (docs/HTTP.md has all of it):%n",
        footer = {
            "  curl -H 'Content-Type: application/json' -d '{\"input\":[0.1,0.2]}' \\",
            "       http://127.0.0.1:8080/v1/infer",
            "  curl http://127.0.0.1:8080/readyz        who is missing",
            "  curl http://127.0.0.1:8080/v1/fleet      the fleet",
            "  curl http://127.0.0.1:8080/metrics       for Prometheus",
            "",
            "Every option but --config, --json, --help and --version may also stand in the",
            "file of --config, without its dashes; the command line wins.",
            "deploy/router.example.yaml explains them all."
        })
public final class ServeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
    private static final String LISTEN = "127.0.0.1:1883";
    private static final String HTTP = "127.0.0.1:8080";
    private static final String NOWHERE = "none";
    private static final long LONGEST_FAREWELL_MILLIS = 1800;

    @Option(names = "--config", paramLabel = "FILE", description = "Options from a YAML file.")
    private @Nullable Path config;

    @Option(names = "--bundle", paramLabel = "DIR", description = "The bundle to serve: plan.json and final/.")
    private @Nullable Path bundle;

    @Option(
            names = "--fleet",
            paramLabel = "NAME",
            description = "The fleet's name, part of every topic (default: " + ServeSettings.FLEET + ").")
    private @Nullable String fleet;

    @Option(
            names = "--broker",
            paramLabel = "URI",
            description =
                    "A broker elsewhere: mqtt://host:port or mqtts://host:port. Without it the router has its own.")
    private @Nullable String broker;

    @Option(
            names = "--credentials",
            paramLabel = "FILE",
            description = "The router's user name and password with --broker: lines user= and password=, mode 0600.")
    private @Nullable Path credentials;

    @Option(
            names = "--tls",
            paramLabel = "FILE",
            description =
                    "Whom the router trusts, and its certificate: lines authority=, certificate=, key=; or a PEM file"
                            + " of authorities.")
    private @Nullable Path tls;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "Where the own broker listens (default: " + LISTEN + "; port 0: any free one).")
    private @Nullable String listen;

    @Option(
            names = "--users",
            paramLabel = "FILE",
            description = "The own broker's users and their passwords, see 'router user'.")
    private @Nullable Path users;

    @Option(
            names = "--rules",
            paramLabel = "FILE",
            description = "What the own broker's users may do, see 'router acl' (default: what the bundle's workers and"
                    + " the other users of --users as clients need).")
    private @Nullable Path rules;

    @Option(
            names = "--tls-certificate",
            paramLabel = "FILE",
            description = "The own broker speaks TLS with this certificate (PEM).")
    private @Nullable Path tlsCertificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key (PEM, PKCS #8, mode 0600).")
    private @Nullable Path tlsKey;

    @Option(
            names = "--tls-client-authority",
            paramLabel = "FILE",
            description = "The own broker's clients must show a certificate of this authority (PEM).")
    private @Nullable Path tlsClientAuthority;

    @Option(
            names = "--anonymous",
            arity = "0",
            description = "The own broker lets everybody on this machine do everything: for trying things out.")
    private @Nullable Boolean anonymous;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            description = "Where HTTP is served (default: " + HTTP + "; port 0: any free one; '" + NOWHERE
                    + "': nowhere). It has no passwords: keep it on loopback, behind a proxy that has.")
    private @Nullable String http;

    @Option(
            names = "--deadline",
            paramLabel = "MS",
            description =
                    "How long the answers of an inference are waited for (default: 1000 for each stage of the plan).")
    private @Nullable Long deadline;

    @Option(
            names = "--policy",
            paramLabel = "POLICY",
            description = "What becomes of missing parts of an answer: fail, zero or last (default: zero).")
    private @Nullable FillPolicy policy;

    @Option(
            names = "--max-in-flight",
            paramLabel = "N",
            description = "Inferences at once; more are turned away (default: " + ServeSettings.MAX_IN_FLIGHT + ").")
    private @Nullable Integer maxInFlight;

    @Option(
            names = "--quorum",
            paramLabel = "N",
            description =
                    "Workers that must be there for an inference to be taken on (default: all, until all were ready"
                            + " once; then, unless the policy is fail, one).")
    private @Nullable Integer quorum;

    @Option(
            names = "--element-type",
            paramLabel = "TYPE",
            description = "How numbers travel in the router's frames: float32 or float16 (default: float32).")
    private @Nullable ElementType elementType;

    @Option(
            names = "--ready-file",
            paramLabel = "FILE",
            description = "Written when everything listens, with what --json prints; removed at the end.")
    private @Nullable Path readyFile;

    @Option(
            names = "--json",
            description = "Print {\"mqtt\":..,\"http\":..} on standard output when everything listens.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** What has to be closed, the router before its broker. */
    private static final class Running implements AutoCloseable {
        private final RouterServer server;
        private final @Nullable OwnBroker own;
        private final AtomicBoolean closed = new AtomicBoolean();

        Running(RouterServer server, @Nullable OwnBroker own) {
            this.server = server;
            this.own = own;
        }

        @Override
        public void close() {
            if (closed.getAndSet(true)) {
                return;
            }
            server.close();
            if (own != null) {
                own.close();
            }
        }

        /** Closes, but does not hold up the end of the process for long. */
        void closeSoon() {
            Thread closing = new Thread(this::close, "starling-closing");
            closing.setDaemon(true);
            closing.start();
            try {
                closing.join(LONGEST_FAREWELL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        RouterConfig options = options();
        ServeSettings settings = settings(options);
        Path ready = options.readyFile();
        remove(ready);
        OwnBroker own = options.broker() == null ? ownBroker(options, settings) : null;
        Running running = null;
        AtomicBoolean stopping = new AtomicBoolean();
        try {
            running =
                    new Running(RouterServer.start(settings, transport(options, own), credentials(options, own)), own);
            Running here = running;
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                stopping.set(true);
                                remove(ready);
                                here.closeSoon();
                            },
                            "starling-farewell"));
            announce(String.valueOf(own == null ? options.broker() : own.uri()), running.server.httpUri(), ready);
            String end = running.server.ended().get();
            if (stopping.get()) {
                return Program.SUCCESS;
            }
            throw new UnfitException("the router stops: " + end);
        } finally {
            if (running != null) {
                running.close();
            } else if (own != null) {
                own.close();
            }
            remove(ready);
        }
    }

    private RouterConfig options() {
        RouterConfig said = new RouterConfig(
                bundle,
                fleet,
                broker,
                credentials,
                tls,
                listen,
                users,
                rules,
                tlsCertificate,
                tlsKey,
                tlsClientAuthority,
                anonymous,
                http,
                deadline,
                policy,
                maxInFlight,
                quorum,
                elementType,
                readyFile);
        RouterConfig all = config == null ? said : said.over(ConfigFile.read(config));
        check(all);
        checkValues(all);
        return all;
    }

    /** What is wrong whatever the bundle holds. */
    private void checkValues(RouterConfig all) {
        within("--deadline", all.deadline(), 1, ServeSettings.LONGEST_DEADLINE);
        within("--max-in-flight", all.maxInFlight(), 1, ServeSettings.MOST_IN_FLIGHT);
        within("--quorum", all.quorum(), 0, Integer.MAX_VALUE);
        try {
            if (all.fleet() != null) {
                Name.require("a fleet name", all.fleet());
            }
            if (all.broker() != null) {
                BrokerAddress.parse(all.broker());
            }
            if (all.listen() != null) {
                HostAndPort.parse("listen", all.listen());
            }
            if (all.http() != null && !all.http().equals(NOWHERE)) {
                HostAndPort.parse("http", all.http());
            }
        } catch (LinkException | UnfitException | IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void within(String option, @Nullable Number value, long least, long most) {
        if (value != null && (value.longValue() < least || value.longValue() > most)) {
            throw wrong(option + " must be " + least + " to " + most + ": it is " + value);
        }
    }

    private void check(RouterConfig all) {
        if (all.bundle() == null) {
            throw wrong("a bundle must be named: --bundle DIR, or the key bundle");
        }
        List<String> ofOwn = all.ofOwnBroker();
        if (all.broker() != null && !ofOwn.isEmpty()) {
            throw wrong(
                    "--" + ofOwn.get(0) + " is for the router's own broker: --broker names another, " + all.broker());
        }
        if (all.broker() == null) {
            if (all.credentials() != null) {
                throw wrong("--credentials is for a broker named with --broker: there is none");
            }
            if ((all.tlsCertificate() == null) != (all.tlsKey() == null)) {
                throw wrong("--tls-certificate and --tls-key must be given together");
            }
            if (all.tlsCertificate() == null && (all.tlsClientAuthority() != null || all.tls() != null)) {
                throw wrong(
                        "--tls and --tls-client-authority need a broker that speaks TLS: give --tls-certificate too");
            }
            boolean someone = all.users() != null || all.tlsClientAuthority() != null;
            if (!someone && !Boolean.TRUE.equals(all.anonymous())) {
                throw wrong(
                        "the router's own broker needs users: --users FILE (see 'router user'), or --anonymous to let"
                                + " everybody on this machine in");
            }
        }
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private static ServeSettings settings(RouterConfig options) {
        Bundle opened = Bundle.open(Objects.requireNonNull(options.bundle(), "checked"));
        String where = or(options.http(), HTTP);
        InetSocketAddress address = null;
        if (!where.equals(NOWHERE)) {
            HostAndPort parsed = HostAndPort.parse("http", where);
            address = parsed.resolve();
            if (!parsed.isLoopback()) {
                LOG.warn("HTTP listens on {} without passwords or TLS: whoever reaches it can use the fleet", where);
            }
        }
        return new ServeSettings(
                opened,
                or(options.fleet(), ServeSettings.FLEET),
                or(options.deadline(), ServeSettings.defaultDeadlineMillis(opened.plan())),
                or(options.policy(), FillPolicy.ZERO),
                or(options.maxInFlight(), ServeSettings.MAX_IN_FLIGHT),
                or(options.quorum(), 0),
                or(options.elementType(), ElementType.FLOAT32),
                address,
                ServeSettings.HEARTBEAT);
    }

    private static <T> T or(@Nullable T said, T otherwise) {
        return said == null ? otherwise : said;
    }

    private static OwnBroker ownBroker(RouterConfig options, ServeSettings settings) {
        return OwnBroker.start(
                options,
                HostAndPort.parse("listen", or(options.listen(), LISTEN)),
                settings.fleet(),
                settings.bundle().plan(),
                settings.maxInFlight());
    }

    private static Transport transport(RouterConfig options, @Nullable OwnBroker own) {
        if (own != null) {
            return new PahoTransport(own.address(), own.trust());
        }
        Path trust = options.tls();
        return new PahoTransport(
                BrokerAddress.parse(String.valueOf(options.broker())), trust == null ? null : TlsSettings.read(trust));
    }

    private static @Nullable Credentials credentials(RouterConfig options, @Nullable OwnBroker own) {
        if (own != null) {
            return own.credentials();
        }
        Path file = options.credentials();
        return file == null ? null : CredentialsFile.read(file);
    }

    private void announce(String mqtt, @Nullable String httpUri, @Nullable Path ready) {
        ObjectNode where = JsonNodeFactory.instance.objectNode();
        where.put("mqtt", mqtt).put("http", httpUri);
        if (ready != null) {
            write(ready, where + "\n");
        }
        if (json) {
            spec.commandLine().getOut().println(where);
            spec.commandLine().getOut().flush();
        }
        spec.commandLine().getErr().println("ready mqtt " + mqtt + " http " + (httpUri == null ? NOWHERE : httpUri));
        spec.commandLine().getErr().flush();
    }

    private static void write(Path file, String text) {
        Path staging = file.resolveSibling("." + file.getFileName() + ".partial");
        try {
            Files.writeString(staging, text);
            Files.move(staging, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UnfitException("the ready file '" + file + "' cannot be written: " + e.getMessage(), e);
        }
    }

    private static void remove(@Nullable Path file) {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.warn("the ready file {} cannot be removed: {}", file, e.getMessage());
            }
        }
    }
}
