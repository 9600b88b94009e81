package starling.link.mqtt;

import starling.link.contract.ContractBroker;
import starling.link.contract.ContractFleet;
import starling.link.contract.MqttContractBroker;
import starling.link.contract.NativeMosquitto;
import starling.link.contract.TransportContract;
import starling.link.topic.Role;

class NativeMosquittoContractTest extends TransportContract {

    @Override
    protected ContractBroker startBroker() {
        NativeMosquitto mosquitto = new NativeMosquitto();
        for (Role role : ContractFleet.ROLES) {
            mosquitto.withUser(role.user(), ContractFleet.password(role), ContractFleet.TOPICS.rights(role));
        }
        mosquitto.start();
        return new MqttContractBroker() {
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
                mosquitto.start();
            }

            @Override
            public boolean refusesSubscriptions() {
                // Its ACL file grants every subscription and then filters what is delivered.
                return false;
            }

            @Override
            public void close() {
                mosquitto.close();
            }
        };
    }
}
