package starling.router.broker;

import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttReasonCodes;
import org.apache.activemq.artemis.core.protocol.mqtt.MQTTInterceptor;
import org.apache.activemq.artemis.core.remoting.server.RemotingService;

/**
 * Lets a DISCONNECT count from the moment it is read or written. The engine handles packets on one thread and the end of a
 * socket on another, so that the end of the socket can overtake what the engine still has to do for the good-bye before it: it
 * would then publish the last will of a client that has left in order, or that another connection of its name has taken
 * over, and drop what the client sent just before.
 *
 * <p>So a connection is no longer told that its socket ended once its client has said good-bye, or has been told that it is
 * taken over. Handling the DISCONNECT, behind all that the client sent before it, or the take-over ends the session in any
 * case.
 */
final class GoodByes {
    private GoodByes() {}

    /** Has an engine keep to it. */
    static void letCount(RemotingService remoting) {
        MQTTInterceptor read = (packet, connection) -> {
            if (isGoodBye(packet)) {
                connection.removeFailureListeners();
            }
            return true;
        };
        MQTTInterceptor written = (packet, connection) -> {
            if (isGoodBye(packet) && isTakeOver(packet)) {
                connection.removeFailureListeners();
            }
            return true;
        };
        remoting.addIncomingInterceptor(read);
        remoting.addOutgoingInterceptor(written);
    }

    private static boolean isGoodBye(MqttMessage packet) {
        return packet.fixedHeader().messageType() == MqttMessageType.DISCONNECT;
    }

    private static boolean isTakeOver(MqttMessage disconnect) {
        return disconnect.variableHeader() instanceof MqttReasonCodeAndPropertiesVariableHeader header
                && header.reasonCode() == MqttReasonCodes.Disconnect.SESSION_TAKEN_OVER.byteValue();
    }
}
