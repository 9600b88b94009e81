package starling.link.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import starling.link.Transport;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.PahoTransport;

/** A broker behind a TCP port: each line goes through a proxy of its own. */
public abstract class MqttContractBroker implements ContractBroker {

    /** The port on loopback; the same after stop and start. */
    protected abstract int port();

    @Override
    public Line newLine() {
        try {
            FaultProxy proxy = new FaultProxy(port(), 1);
            return new ProxiedLine(proxy, new PahoTransport(new BrokerAddress("127.0.0.1", proxy.port(), false)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A transport and its proxy. */
    public record ProxiedLine(FaultProxy proxy, Transport transport) implements Line {

        @Override
        public void cut() {
            proxy.refuse();
            proxy.cut();
        }

        @Override
        public void mend() {
            proxy.clear();
        }

        @Override
        public void close() {
            transport.close();
            try {
                proxy.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
