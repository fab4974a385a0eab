/** commander as the CommonJS package it is: imported as an ES module, Node reads it twice, for its names first. */
import { createRequire } from 'node:module';
import type * as Commander from 'commander';

const commander: typeof Commander = createRequire(import.meta.url)('commander');

export const { Argument, Command, CommanderError, InvalidArgumentError, Option } = commander;
export type Command = Commander.Command;
export type Option = Commander.Option;
