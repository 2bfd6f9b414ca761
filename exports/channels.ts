/** What a kind of channel is written with. */
export type { Channel } from "../channels/channel.ts";
export type { ChannelPorts, OpenChannel } from "../channels/channels.ts";
