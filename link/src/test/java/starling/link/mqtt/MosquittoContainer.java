package starling.link.mqtt;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;
import starling.link.contract.MosquittoSettings;
import starling.link.topic.Rights;

/** A Mosquitto broker in a container, with the same settings as the native one, on a port of loopback that stays the same. */
final class MosquittoContainer implements AutoCloseable {

    private static final String IMAGE = "eclipse-mosquitto:2.0.22";
    private static final String HOME = "/mosquitto/config/";
    private static final int PORT = 1883;

    private final MosquittoSettings settings = new MosquittoSettings();
    private final GenericContainer<?> container;
    private final int hostPort;

    /** A container that is not yet started. */
    MosquittoContainer() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            hostPort = socket.getLocalPort();
        }
        PortBinding binding =
                new PortBinding(Ports.Binding.bindIpAndPort("127.0.0.1", hostPort), new ExposedPort(PORT));
        container = new GenericContainer<>(DockerImageName.parse(IMAGE))
                .withExposedPorts(PORT)
                .withCreateContainerCmdModifier(
                        create -> Objects.requireNonNull(create.getHostConfig()).withPortBindings(binding));
    }

    /** Whether there is a Docker engine; the cheap question first, for the other one logs at length. */
    static boolean isPossible() {
        boolean likely = System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock"));
        return likely && DockerClientFactory.instance().isDockerAvailable();
    }

    /** A user with a password and rights. */
    MosquittoContainer withUser(String name, String password, Rights allowed) {
        settings.addUser(name, password, allowed);
        return this;
    }

    /** Where it listens. */
    int port() {
        return hostPort;
    }

    /** Starts it, for the first time or after {@link #stop}. */
    void start() throws IOException {
        if (container.getContainerId() != null) {
            container
                    .getDockerClient()
                    .startContainerCmd(container.getContainerId())
                    .exec();
            return;
        }
        Path folder = Files.createTempDirectory("starling-mosquitto");
        settings.write(folder, Path.of(HOME), "0.0.0.0", PORT);
        for (String name : new String[] {"mosquitto.conf", "passwords", "rights"}) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                container.withCopyToContainer(Transferable.of(Files.readAllBytes(file)), HOME + name);
                Files.delete(file);
            }
        }
        Files.delete(folder);
        container.start();
    }

    /** Kills it. */
    void stop() {
        container.getDockerClient().killContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void close() {
        container.close();
    }
}
