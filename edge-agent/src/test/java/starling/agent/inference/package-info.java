/** Tests of inferences in virtual time. */
@NullMarked
package starling.agent.inference;

import org.jspecify.annotations.NullMarked;
