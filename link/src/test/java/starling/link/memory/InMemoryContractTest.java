package starling.link.memory;

import starling.link.Transport;
import starling.link.contract.ContractBroker;
import starling.link.contract.ContractFleet;
import starling.link.contract.TransportContract;

class InMemoryContractTest extends TransportContract {

    @Override
    protected ContractBroker startBroker() {
        InMemoryBroker broker = new InMemoryBroker(ContractFleet.passwords(), ContractFleet::rights);
        return new ContractBroker() {
            @Override
            public Line newLine() {
                return new MemoryLine(broker.newTransport());
            }

            @Override
            public void stop() {
                broker.stop();
            }

            @Override
            public void start() {
                broker.start();
            }

            @Override
            public boolean refusesSubscriptions() {
                return true;
            }

            @Override
            public void close() {
                broker.close();
            }
        };
    }

    private record MemoryLine(InMemoryTransport memory) implements ContractBroker.Line {
        @Override
        public Transport transport() {
            return memory;
        }

        @Override
        public void cut() {
            memory.cut();
        }

        @Override
        public void mend() {
            memory.mend();
        }

        @Override
        public void close() {
            memory.close();
        }
    }
}
