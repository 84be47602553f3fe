/** What an operator asks of a running machine, as commands of the Gogo shell. */
package io.trapline.shell;
