package starling.link.mqtt;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Assumptions;
import starling.link.contract.ContractBroker;
import starling.link.contract.ContractFleet;
import starling.link.contract.MqttContractBroker;
import starling.link.contract.TransportContract;
import starling.link.topic.Role;

class MosquittoContainerContractTest extends TransportContract {

    @Override
    protected ContractBroker startBroker() {
        Assumptions.assumeTrue(MosquittoContainer.isPossible(), "skipped: there is no Docker engine");
        try {
            MosquittoContainer mosquitto = new MosquittoContainer();
            for (Role role : ContractFleet.ROLES) {
                mosquitto.withUser(role.user(), ContractFleet.password(role), ContractFleet.TOPICS.rights(role));
            }
            mosquitto.start();
            return new Broker(mosquitto);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Broker extends MqttContractBroker {
        private final MosquittoContainer mosquitto;

        Broker(MosquittoContainer mosquitto) {
            this.mosquitto = mosquitto;
        }

        @Override
        protected int port() {
            return mosquitto.port();
        }

        @Override
        public void stop() {
            mosquitto.stop();
        }

        @Override
        public void start() {
            try {
                mosquitto.start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public boolean refusesSubscriptions() {
            return false;
        }

        @Override
        public void close() {
            mosquitto.close();
        }
    }
}
