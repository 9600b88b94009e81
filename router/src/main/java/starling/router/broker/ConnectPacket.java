package starling.router.broker;

import static io.netty.handler.codec.mqtt.MqttProperties.MqttPropertyType.RECEIVE_MAXIMUM;
import static io.netty.handler.codec.mqtt.MqttProperties.MqttPropertyType.SESSION_EXPIRY_INTERVAL;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A CONNECT packet, as a client sent it or as the engine is to see it. */
record ConnectPacket(MqttConnectMessage message) {

    private static final int RECEIVE_MAXIMUM_WHEN_ABSENT = 65_535;

    /**
     * Reads a whole packet.
     *
     * @throws MqttUnacceptableProtocolVersionException if it is of a version nobody knows
     * @throws IllegalArgumentException if it is malformed
     */
    static ConnectPacket decode(ByteBuf packet) {
        EmbeddedChannel codec = new EmbeddedChannel(new MqttDecoder(BrokerLimits.CONNECT_BYTES, 1 << 16));
        try {
            codec.writeInbound(packet.retainedDuplicate());
            Object read = codec.readInbound();
            if (read instanceof MqttConnectMessage connect
                    && connect.decoderResult().isSuccess()) {
                return new ConnectPacket(connect);
            }
            Throwable cause = read instanceof MqttMessage failed
                    ? failed.decoderResult().cause()
                    : new IllegalArgumentException("not a whole packet");
            if (cause instanceof MqttUnacceptableProtocolVersionException version) {
                throw version;
            }
            throw new IllegalArgumentException("malformed CONNECT", cause);
        } finally {
            codec.finishAndReleaseAll();
        }
    }

    /** The protocol level: 3 or 4 for MQTT 3, 5 for MQTT 5. */
    int level() {
        return message.variableHeader().version();
    }

    boolean isVersion5() {
        return level() >= 5;
    }

    /** Whether the client wants its session kept after the connection's end. */
    boolean wantsExpiry() {
        return isVersion5() && integer(SESSION_EXPIRY_INTERVAL.value(), 0) != 0;
    }

    /**
     * The same without password, for a user already known, whose name becomes its client id, with a session that ends with
     * the connection and at most so many unacknowledged messages.
     */
    ConnectPacket limited(BrokerUser user, int inFlight) {
        MqttConnectVariableHeader header = message.variableHeader();
        MqttConnectPayload payload = message.payload();
        boolean named = !user.name().equals(BrokerUser.ANONYMOUS);
        MqttProperties properties = MqttProperties.NO_PROPERTIES;
        if (isVersion5()) {
            properties = new MqttProperties();
            for (MqttProperty<?> property : header.properties().listAll()) {
                if (property.propertyId() != SESSION_EXPIRY_INTERVAL.value()
                        && property.propertyId() != RECEIVE_MAXIMUM.value()) {
                    properties.add(property);
                }
            }
            int asked = integer(RECEIVE_MAXIMUM.value(), RECEIVE_MAXIMUM_WHEN_ABSENT);
            properties.add(new IntegerProperty(RECEIVE_MAXIMUM.value(), Math.min(asked, inFlight)));
        }
        return new ConnectPacket(new MqttConnectMessage(
                message.fixedHeader(),
                new MqttConnectVariableHeader(
                        header.name(),
                        header.version(),
                        named,
                        false,
                        header.isWillRetain(),
                        header.willQos(),
                        header.isWillFlag(),
                        header.isCleanSession(),
                        header.keepAliveTimeSeconds(),
                        properties),
                rewritten(payload, named ? user.name() : payload.clientIdentifier(), named ? user.name() : null)));
    }

    // The payload takes null for what is absent, which its own signature does not say.
    private static MqttConnectPayload rewritten(MqttConnectPayload payload, String clientId, @Nullable String user) {
        return new MqttConnectPayload(
                clientId, payload.willProperties(), payload.willTopic(), payload.willMessageInBytes(), user, (byte[])
                        null);
    }

    private int integer(int property, int otherwise) {
        MqttProperty<?> found = message.variableHeader().properties().getProperty(property);
        return found != null && found.value() instanceof Integer value ? value : otherwise;
    }

    /** The bytes of the packet, to be released by the caller. */
    ByteBuf encode() {
        EmbeddedChannel codec = new EmbeddedChannel(MqttEncoder.INSTANCE);
        try {
            codec.writeOutbound(message);
            ByteBuf bytes = codec.readOutbound();
            return Objects.requireNonNull(bytes, "an encoded packet");
        } finally {
            codec.finishAndReleaseAll();
        }
    }
}
