package starling.router.broker;

import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import org.apache.activemq.artemis.core.protocol.mqtt.MQTTInterceptor;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;

/**
 * Lets a DISCONNECT count from the moment it is read. The engine handles packets on one thread and the end of a socket on
 * another, so that the end of the socket can overtake the good-bye before it: the engine would then publish the last will of
 * a client that has left in order, and drop what that client sent just before it left.
 *
 * <p>So a connection whose DISCONNECT has come is no longer told that its socket ended. Handling the DISCONNECT, behind all
 * that the client sent before it, ends the session in any case.
 */
final class GoodByes implements MQTTInterceptor {

    @Override
    public boolean intercept(MqttMessage packet, RemotingConnection connection) {
        if (packet.fixedHeader().messageType() == MqttMessageType.DISCONNECT) {
            connection.removeFailureListeners();
        }
        return true;
    }
}
