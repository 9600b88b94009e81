package starling.router.broker;

import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.link.contract.ContractBroker;
import starling.link.contract.ContractFleet;
import starling.link.contract.MqttContractBroker;
import starling.link.contract.TransportContract;
import starling.router.acl.AccessRules;

/** Holds the MQTT transport to its contract on the embedded broker. */
class EmbeddedBrokerContractTest extends TransportContract {

    @Override
    protected ContractBroker startBroker() {
        return new Embedded();
    }

    private static final class Embedded extends MqttContractBroker {

        private final int port;
        private @Nullable EmbeddedBroker running;

        Embedded() {
            EmbeddedBroker first = EmbeddedBroker.start(settings(0));
            port = first.port();
            running = first;
        }

        private static BrokerSettings settings(int port) {
            return BrokerSettings.closed()
                    .withAddress("127.0.0.1", port)
                    .withPasswords(Passwords.inMemory(ContractFleet.passwords()))
                    .withRules(
                            AccessRules.ofFleet(ContractFleet.TOPICS.fleet(), 2, List.of(ContractFleet.ANNA.name())));
        }

        @Override
        protected int port() {
            return port;
        }

        @Override
        public void stop() {
            EmbeddedBroker broker = running;
            if (broker != null) {
                broker.close();
            }
            running = null;
        }

        @Override
        public void start() {
            running = EmbeddedBroker.start(settings(port));
        }

        @Override
        public boolean refusesSubscriptions() {
            return true;
        }

        @Override
        public void close() {
            stop();
        }
    }
}
